import { isPointName, type PointName } from "../../domain/points/catalogue.ts";
import type { QualityMark } from "../../domain/telemetry/quality.ts";
import type { PointValue, Snapshot } from "../../domain/telemetry/snapshot.ts";
import type { Database, Row } from "./database.ts";
import { POINT_COLUMNS } from "./point-columns.ts";

/** What `snapshotFrom` needs of a row of `sample s`, beside the codes of site and profile. */
export const SNAPSHOT_COLUMNS = [
  "s.profile, s.slot, s.collected_at, s.latency_ms, s.attempts, s.quality, s.faults, s.extra",
  ...POINT_COLUMNS.map(({ point }) => `s."${point}"`),
].join(", ");
// By site, so that each one's newest row is found by the key: the cost does not grow with the time looked back.
const LATEST = `
  select site.code, profile_registry.code as profile_code, s.*
  from site
  cross join lateral (
    select ${SNAPSHOT_COLUMNS}
    from sample s where s.site_id = site.id and s.slot > $1::timestamptz
    order by s.slot desc limit 1) s
  join profile_registry on profile_registry.id = s.profile`;

/**
 * The newest stored snapshot of each site, to fill the live state at a start. Fields that the profile did not know are
 * not stored, so `unmapped` is empty.
 *
 * @param since ISO time; older snapshots are left out
 */
export async function readLatestSnapshots(database: Database, since: string): Promise<Snapshot[]> {
  const rows = await database.query(LATEST, [since]);
  return rows.map(snapshotFrom);
}

/** A snapshot from a row of `sample` with `code` and `profile_code`. */
export function snapshotFrom(row: Row): Snapshot {
  const quality = (row["quality"] ?? {}) as Record<string, QualityMark>;
  return {
    siteId: String(row["code"]),
    slot: isoFrom(row["slot"]),
    collectedAt: isoFrom(row["collected_at"]),
    profile: String(row["profile_code"]),
    values: valuesFrom(row, quality),
    quality,
    faults: (row["faults"] ?? []) as string[],
    unmapped: [],
    attempts: Number(row["attempts"]),
    latencyMs: Number(row["latency_ms"]),
  };
}

/** A null column is a reading that was missing when it has a mark; without one the profile has no such point. */
function valuesFrom(row: Row, quality: Record<string, QualityMark>): Snapshot["values"] {
  const values: Partial<Record<PointName, PointValue>> = {};
  for (const { point } of POINT_COLUMNS) {
    const value = row[point] as PointValue;
    if (value !== null || Object.hasOwn(quality, point)) values[point] = value;
  }
  for (const point of Object.keys(quality)) if (isPointName(point)) values[point] ??= null;
  for (const [point, value] of Object.entries((row["extra"] ?? {}) as Record<string, PointValue>)) {
    if (isPointName(point)) values[point] = value;
  }
  return values;
}

function isoFrom(value: unknown): string {
  return value instanceof Date ? value.toISOString() : new Date(String(value)).toISOString();
}
