import { joinRounds } from "../../domain/collection/join-rounds.ts";
import type { RoundReport } from "../../domain/collection/round-report.ts";
import type { Database, Row } from "./database.ts";

const INSERT = `
  insert into round (slot, collector, started_at, duration_ms, sites, ok, late, skipped, failed, late_sites, failed_sites, slowest)
  select slot, $1, started_at, duration_ms, sites, ok, late, skipped, failed::jsonb, late_sites::jsonb,
    failed_sites::jsonb, slowest::jsonb
  from unnest($2::timestamptz[], $3::timestamptz[], $4::real[], $5::int[], $6::int[], $7::int[], $8::int[],
    $9::text[], $10::text[], $11::text[], $12::text[])
    as input (slot, started_at, duration_ms, sites, ok, late, skipped, failed, late_sites, failed_sites, slowest)
  on conflict (slot, collector) do nothing`;

const LIST = `
  select slot, started_at, duration_ms, sites, ok, late, skipped, failed, late_sites, failed_sites, slowest
  from round
  where slot in (select distinct slot from round where slot < $1::timestamptz order by slot desc limit $2::int)
  order by slot desc, collector`;

/** Keeps how rounds went. The first report of a slot and collector stays. @param collector name of the process */
export async function saveRounds(database: Database, collector: string, rounds: readonly RoundReport[]): Promise<void> {
  const column = (read: (round: RoundReport) => unknown) => rounds.map(read);
  await database.query(
    INSERT,
    [
      collector,
      column(({ slot }) => slot),
      column(({ startedAt }) => startedAt),
      column(({ durationMs }) => durationMs),
      column(({ sites }) => sites),
      column(({ ok }) => ok),
      column(({ late }) => late),
      column(({ skipped }) => skipped),
      column(({ failed }) => JSON.stringify(failed)),
      column(({ lateSites }) => JSON.stringify(lateSites)),
      column(({ failedSites }) => JSON.stringify(failedSites)),
      column(({ slowest }) => (slowest ? JSON.stringify(slowest) : null)),
    ],
    { lane: "ingest" },
  );
}

/**
 * Rounds before a moment, newest first; those that several collectors shared as one.
 *
 * @param before ISO time, not included; the slot of the last item reads the next page
 */
export async function readRounds(database: Database, before: string, limit: number): Promise<RoundReport[]> {
  const rows = await database.query(LIST, [before, limit]);
  const bySlot = Map.groupBy(rows.map(roundFrom), ({ slot }) => slot);
  return [...bySlot.values()].map((parts) => joinRounds(parts));
}

/** @returns how many rounds are stored */
export async function countRounds(database: Database): Promise<number> {
  const [row] = await database.query("select count(*)::int as n from (select from round group by slot) as slots");
  return Number(row?.["n"]);
}

function roundFrom(row: Row): RoundReport {
  return {
    slot: (row["slot"] as Date).toISOString(),
    startedAt: (row["started_at"] as Date).toISOString(),
    durationMs: Number(row["duration_ms"]),
    sites: Number(row["sites"]),
    ok: Number(row["ok"]),
    late: Number(row["late"]),
    skipped: Number(row["skipped"]),
    failed: row["failed"] as RoundReport["failed"],
    lateSites: row["late_sites"] as RoundReport["lateSites"],
    failedSites: row["failed_sites"] as RoundReport["failedSites"],
    slowest: row["slowest"] as RoundReport["slowest"],
  };
}
