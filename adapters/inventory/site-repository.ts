import type { Site } from "../../domain/sites/site.ts";

type Row = Record<string, unknown>;

/** The part of the database that the inventory needs. */
export interface SiteDatabase {
  query(text: string, values?: readonly unknown[], options?: { timeoutMs?: number }): Promise<Row[]>;
  whenReady(): Promise<void>;
}

/** A site with its number inside the database. */
export type StoredSite = { readonly site: Site; readonly number: number };

const TIMEOUT_MS = 30_000;
const CHUNK = 5_000;
const FIELDS =
  "code, name, region, zone, enabled, controller_url, profile_id, camera_url, lat, lon, interval_s, miners_expected, rated_power_kw";
const LIST = `select id, ${FIELDS} from site order by code`;
const UPSERT = `
  insert into site (${FIELDS})
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::text[],
    $9::float8[], $10::float8[], $11::int[], $12::int[], $13::float8[])
  on conflict (code) do update set name = excluded.name, region = excluded.region, zone = excluded.zone,
    enabled = excluded.enabled, controller_url = excluded.controller_url, profile_id = excluded.profile_id,
    camera_url = excluded.camera_url, lat = excluded.lat, lon = excluded.lon, interval_s = excluded.interval_s,
    miners_expected = excluded.miners_expected, rated_power_kw = excluded.rated_power_kw, updated_at = now()
  returning id, ${FIELDS}`;

export async function listSites(database: SiteDatabase): Promise<StoredSite[]> {
  const rows = await database.query(LIST, [], { timeoutMs: TIMEOUT_MS });
  return rows.map(storedFrom);
}

/**
 * Adds or replaces sites by id. Hand in only those that are new or changed: each call uses up numbers, whether it adds or
 * not. @returns them with their numbers
 */
export async function upsertSites(database: SiteDatabase, sites: readonly Site[]): Promise<StoredSite[]> {
  const stored: StoredSite[] = [];
  for (let first = 0; first < sites.length; first += CHUNK) {
    const values = columnsOf(sites.slice(first, first + CHUNK));
    const rows = await database.query(UPSERT, values, { timeoutMs: TIMEOUT_MS });
    stored.push(...rows.map(storedFrom));
  }
  return stored;
}

function columnsOf(sites: readonly Site[]): unknown[] {
  const column = (read: (site: Site) => unknown) => sites.map(read);
  return [
    column(({ id }) => id),
    column(({ name }) => name),
    column(({ region }) => region),
    column(({ zone }) => zone),
    column(({ enabled }) => enabled),
    column(({ controllerUrl }) => controllerUrl),
    column(({ profileId }) => profileId),
    column(({ cameraUrl }) => cameraUrl),
    column(({ location }) => location?.lat ?? null),
    column(({ location }) => location?.lon ?? null),
    column(({ intervalS }) => intervalS),
    column(({ minersExpected }) => minersExpected),
    column(({ ratedPowerKw }) => ratedPowerKw),
  ];
}

function storedFrom(row: Row): StoredSite {
  const lat = numberOrNull(row["lat"]);
  const lon = numberOrNull(row["lon"]);
  const site: Site = {
    id: String(row["code"]),
    name: String(row["name"]),
    region: String(row["region"]),
    zone: String(row["zone"]),
    enabled: row["enabled"] === true,
    controllerUrl: String(row["controller_url"]),
    profileId: String(row["profile_id"]),
    cameraUrl: typeof row["camera_url"] === "string" ? row["camera_url"] : null,
    location: lat === null || lon === null ? null : { lat, lon },
    intervalS: numberOrNull(row["interval_s"]),
    minersExpected: numberOrNull(row["miners_expected"]),
    ratedPowerKw: numberOrNull(row["rated_power_kw"]),
  };
  return { site, number: Number(row["id"]) };
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
