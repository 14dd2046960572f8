import type { Site } from "../../domain/sites/site.ts";

type Row = Record<string, unknown>;

/** The part of the database that the inventory needs. */
export interface SiteDatabase {
  query(text: string, values?: readonly unknown[], options?: { timeoutMs?: number }): Promise<Row[]>;
  transaction(
    statements: readonly { readonly text: string; readonly values?: readonly unknown[] }[],
    options?: { timeoutMs?: number },
  ): Promise<Row[][]>;
  whenReady(): Promise<void>;
}

/** A site with its number inside the database, how often it was changed, and the sites file that it comes from. */
export type StoredSite = {
  readonly site: Site;
  readonly number: number;
  readonly version: number;
  readonly managedBy: string | null;
};

/** A site as it is to be, and the version that the change was made on; 0 = it is new. */
export type SiteChange = { readonly site: Site; readonly onVersion: number };

const TIMEOUT_MS = 30_000;
const CHUNK = 5_000;
const FIELDS =
  "code, name, region, zone, enabled, controller_url, profile_id, camera_url, lat, lon, interval_s, miners_expected, rated_power_kw, camera_queries";
const LIST = `select id, version, managed_by, ${FIELDS} from site order by code`;
const TYPES =
  "$1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::text[], $9::float8[], " +
  "$10::float8[], $11::int[], $12::int[], $13::float8[], $14::boolean[]";
const REPLACE = `
    on conflict (code) do update set name = excluded.name, region = excluded.region, zone = excluded.zone,
    enabled = excluded.enabled, controller_url = excluded.controller_url, profile_id = excluded.profile_id,
    camera_url = excluded.camera_url, lat = excluded.lat, lon = excluded.lon, interval_s = excluded.interval_s,
    miners_expected = excluded.miners_expected, rated_power_kw = excluded.rated_power_kw,
    camera_queries = excluded.camera_queries, updated_at = now(),
    version = site.version + 1, managed_by = excluded.managed_by
  returning id, version, managed_by, ${FIELDS}`;
const UPSERT = `
  insert into site (${FIELDS}, managed_by)
  select *, $15::text from unnest(${TYPES}) ${REPLACE}`;
/** Readers go on; another writer waits, so that nothing changes between the look at the versions and the change. */
const LOCK = "lock table site in share row exclusive mode";
const CHANGE = `
  with wanted as materialized (
    select * from unnest(${TYPES}, $15::int[]) as row (${FIELDS}, on_version)
  ), outdated as materialized (
    select from wanted left join site using (code) where coalesce(site.version, 0) <> wanted.on_version
  )
  insert into site (${FIELDS})
  select ${FIELDS} from wanted where not exists (select from outdated) ${REPLACE}`;

export async function listSites(database: SiteDatabase): Promise<StoredSite[]> {
  const rows = await database.query(LIST, [], { timeoutMs: TIMEOUT_MS });
  return rows.map(storedFrom);
}

/**
 * Adds or replaces sites by id. Hand in only those that are new or changed: each call uses up numbers, whether it adds or
 * not.
 *
 * @param managedBy name of the sites file that they come from
 * @returns them with their numbers
 */
export async function upsertSites(
  database: SiteDatabase,
  sites: readonly Site[],
  managedBy: string | null = null,
): Promise<StoredSite[]> {
  const stored: StoredSite[] = [];
  for (let first = 0; first < sites.length; first += CHUNK) {
    const values = [...columnsOf(sites.slice(first, first + CHUNK)), managedBy];
    const rows = await database.query(UPSERT, values, { timeoutMs: TIMEOUT_MS });
    stored.push(...rows.map(storedFrom));
  }
  return stored;
}

/** Sites of that file which it no longer names are free to be changed. */
export async function releaseSites(database: SiteDatabase, file: string, listedIds: readonly string[]): Promise<void> {
  const text = `update site set managed_by = null, version = version + 1, updated_at = now()
    where managed_by = $1 and not (code = any($2::text[]))`;
  await database.query(text, [file, listedIds], { timeoutMs: TIMEOUT_MS });
}

/** Says that a process follows this sites file. To be said again within two minutes. */
export async function confirmFile(database: SiteDatabase, file: string): Promise<void> {
  const text = `insert into sites_file (name, seen_at) values ($1, now())
    on conflict (name) do update set seen_at = excluded.seen_at`;
  await database.query(text, [file]);
}

/** The sites files that some process follows. */
export async function listFiles(database: SiteDatabase): Promise<string[]> {
  const rows = await database.query("select name from sites_file where seen_at > now() - interval '2 minutes'");
  return rows.map((row) => String(row["name"]));
}

/**
 * Makes all changes or none. A site that is changed here belongs to no sites file.
 *
 * @returns the sites as they are now; null when one of them is not at the version that its change was made on
 */
export async function changeSites(
  database: SiteDatabase,
  changes: readonly SiteChange[],
): Promise<StoredSite[] | null> {
  const values = [...columnsOf(changes.map(({ site }) => site)), changes.map(({ onVersion }) => onVersion)];
  const [, rows = []] = await database.transaction([{ text: LOCK }, { text: CHANGE, values }], {
    timeoutMs: TIMEOUT_MS,
  });
  return rows.length < changes.length ? null : rows.map(storedFrom);
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
    column(({ cameraQueries }) => cameraQueries),
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
    cameraUrl: textOrNull(row["camera_url"]),
    cameraQueries: row["camera_queries"] === true,
    location: lat === null || lon === null ? null : { lat, lon },
    intervalS: numberOrNull(row["interval_s"]),
    minersExpected: numberOrNull(row["miners_expected"]),
    ratedPowerKw: numberOrNull(row["rated_power_kw"]),
  };
  return { site, number: Number(row["id"]), version: Number(row["version"]), managedBy: textOrNull(row["managed_by"]) };
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
