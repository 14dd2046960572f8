import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createFreshDatabase } from "../test/services/fresh-database.ts";
import { onDatabase } from "../test/services/on-database.ts";
import { startPostgres } from "../test/services/postgres-server.ts";
import { type Fleet, startFleet, startPlatform } from "../test/services/start-platform.ts";
import { round1 } from "./peers/statistics.ts";

/**
 * When the rows of healthy sites are committed while 70 % of the fleet is bad: the whole platform on PostgreSQL, by the time
 * of the commit that the server keeps. `collection-faults` measures the poller alone, to the last reply.
 * `node bench/stored-with-faults.ts [--rounds 12] [--interval 10]`; needs a build. Goal: ≤ 0.5 s after the slot, all of them.
 */
const { values } = parseArgs({
  options: { rounds: { type: "string", default: "12" }, interval: { type: "string", default: "10" } },
});
const SITES = 150;
const BAD = 105;
const GOAL_MS = 500;
/** As many of each. */
const KINDS = ["timeout", "connect_hang", "refused", "http_500", "slow_drip"] as const;

const server = await startPostgres({ track_commit_timestamp: "on" });
const fleet = await startFleet(SITES, ["--dialects", "a:1", "--latency", "20-80", "--fault-rates", "off"]);
const database = await createFreshDatabase(server.url, { timescale: true });
const platform = await startPlatform({
  sitesFile: fleet.sitesFile,
  databaseUrl: database.url,
  environment: { POLL_INTERVAL_S: values.interval, LOG_LEVEL: "warn" },
});
try {
  await platform.ready();
  await sleep(3 * Number(values.interval) * 1000);
  await makeBad(fleet);
  const fromMs = Date.now();
  await sleep((Number(values.rounds) + 1) * Number(values.interval) * 1000);
  const rows = await storedAfter(fromMs, database.url);
  console.table(rows);
  const worstMs = Math.max(...rows.map(({ lastMs }) => lastMs));
  const missing = rows.reduce((sum, { sites }) => sum + SITES - BAD - sites, 0);
  const goals = [
    { goal: "healthy stored ≤ 0.5 s after the slot", value: worstMs, limit: GOAL_MS },
    { goal: "healthy sites missing", value: missing, limit: 0 },
  ].map((goal) => ({ ...goal, met: goal.value <= goal.limit }));
  console.table(goals);
  console.log(JSON.stringify({ bench: "stored-with-faults", load: loadavg().map(round1), rows, goals }));
} finally {
  await platform.dispose();
  await fleet.stop();
  await database.drop().catch(() => undefined);
  await server.dispose();
}

async function makeBad({ controlUrl }: Fleet): Promise<void> {
  for (const [place, kind] of KINDS.entries()) {
    const sites = Array.from({ length: BAD }, (_, at) => at + 1).filter((at) => at % KINDS.length === place);
    const body = JSON.stringify({ kind, sites: sites.map((at) => `site-${String(at).padStart(3, "0")}`) });
    const answer = await fetch(`${controlUrl}/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    if (!answer.ok) throw new Error(`the fleet refuses ${kind}: ${await answer.text()}`);
  }
}

/** By slot: how many rows of it there are, and when the median one and the last one were committed, ms after the slot. */
function storedAfter(fromMs: number, url: string) {
  return onDatabase(url, async (client) => {
    const { rows } = await client.query<{ slot: Date; sites: number; medianMs: number; lastMs: number }>(
      `select slot, count(*)::int as sites, percentile_cont(0.5) within group (order by ms) as "medianMs", max(ms) as "lastMs"
       from (select slot, round(1000 * extract(epoch from pg_xact_commit_timestamp(xmin) - slot))::float8 as ms from sample
         where slot > $1 and site_id in (select id from site where code > $2)) s group by slot order by slot`,
      [new Date(fromMs), `site-${String(BAD).padStart(3, "0")}`],
    );
    return rows.map((row) => ({ ...row, slot: row.slot.toISOString() }));
  });
}
