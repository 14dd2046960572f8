import type { FlagPeriod, LabSample } from "../../domain/alarms/back-test/history-facts.ts";
import type { FlagKind } from "../../domain/alarms/site-flag.ts";
import type { PointName } from "../../domain/points/catalogue.ts";
import { guardHistory, type HistoryDatabase } from "./read-history-slots.ts";

/** Flags of sites that held at any time between two moments (ms since the epoch), as they really ended. */
export async function readFlagPeriods(
  database: HistoryDatabase,
  siteIds: readonly string[],
  fromMs: number,
  toMs: number,
): Promise<readonly FlagPeriod[]> {
  const rows = await guardHistory(
    database.query(
      `select s.code, f.kind, f.begins_at, least(f.ends_at, f.ended_at) as over_at from site_flag f join site s on s.id = f.site_id
     where s.code = any($1::text[]) and f.begins_at < $3::timestamptz and least(f.ends_at, f.ended_at) > $2::timestamptz
       and least(f.ends_at, f.ended_at) > f.begins_at`,
      [siteIds, new Date(fromMs).toISOString(), new Date(toMs).toISOString()],
    ),
  );
  return rows.map((row) => ({
    siteId: String(row["code"]),
    kind: row["kind"] as FlagKind,
    fromMs: (row["begins_at"] as Date).getTime(),
    toMs: (row["over_at"] as Date).getTime(),
  }));
}

/** Every laboratory reading before a moment that was not voided. */
export async function readLabSamples(
  database: HistoryDatabase,
  siteIds: readonly string[],
  toMs: number,
): Promise<readonly LabSample[]> {
  const rows = await guardHistory(
    database.query(
      `select s.code, r.point, r.value, r.taken_at from lab_reading r join site s on s.id = r.site_id
     where s.code = any($1::text[]) and r.voided_at is null and r.taken_at < $2::timestamptz order by r.taken_at, r.id`,
      [siteIds, new Date(toMs).toISOString()],
    ),
  );
  return rows.map((row) => ({
    siteId: String(row["code"]),
    point: row["point"] as PointName,
    value: Number(row["value"]),
    takenAtMs: (row["taken_at"] as Date).getTime(),
  }));
}
