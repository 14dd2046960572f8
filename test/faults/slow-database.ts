import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { onDatabase } from "../services/on-database.ts";
import { type RequestFigures, watchRequests } from "./request-watch.ts";
import { compare, readLedger, readRows, waitForDrain } from "./witness.ts";
import { withWitnessedPlatform } from "./witnessed-platform.ts";

/** Ways in which a database is there and yet of no use. */
export const SLOW_WAYS = ["locked", "slow inserts", "stopped backends"] as const;
export type SlowWay = (typeof SLOW_WAYS)[number];

export type SlowDatabaseResult = {
  readonly way: SlowWay;
  /** A write of our own, made to prove that the fault bites: how long it took, seconds, up to the 2 s that it waits. */
  readonly ownWriteS: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
  readonly arrived: number;
  /** Longest pause between two state requests to one site by the simulator's ledger, seconds. */
  readonly worstPollGapS: number;
  /** The same before the fault. */
  readonly healthyPollGapS: number;
  /** Oldest live data seen before the fault, seconds. */
  readonly healthyLiveAgeS: number;
  readonly drainS: number;
} & RequestFigures;

/** Times in seconds: of the fault, of health before it for comparison, between two rounds (1 when absent). */
export type SlowPlan = {
  readonly way: SlowWay;
  readonly sites: number;
  readonly faultS: number;
  readonly healthyS: number;
  readonly intervalS?: number;
};

/** The database is slow while pages ask (trust.md F2). */
export async function runSlowDatabase({
  way,
  sites,
  faultS,
  healthyS,
  intervalS = 1,
}: SlowPlan): Promise<SlowDatabaseResult> {
  return withWitnessedPlatform({ sites, intervalS }, async ({ database, fleet, platform }) => {
    const cookie = await platform.signIn();
    await sleep(5_000);
    const healthyFromMs = Date.now();
    const healthyWatch = watchRequests(platform, cookie);
    await sleep(healthyS * 1000);
    const healthy = await healthyWatch.stop();
    const end = await begin(way, database.url);
    const fromMs = Date.now();
    const ownWriteS = await tryWrite(database.url);
    const watch = watchRequests(platform, cookie);
    await sleep(faultS * 1000);
    const figures = await watch.stop();
    const toMs = Date.now();
    await end();
    const drainS = await waitForDrain(platform, cookie, performance.now());
    await sleep(2_000);
    await platform.stop();
    const ledger = await readLedger(fleet.controlUrl);
    const { lost, duplicated, outOfOrder, arrived } = compare(ledger, await readRows(database.url));
    const between = (startMs: number, endMs: number) => ledger.filter(({ at }) => at >= startMs && at <= endMs);
    return {
      way,
      ownWriteS,
      lost,
      duplicated,
      outOfOrder,
      arrived,
      worstPollGapS: worstGapS(between(fromMs, toMs)),
      healthyPollGapS: worstGapS(between(healthyFromMs, fromMs)),
      healthyLiveAgeS: healthy.worstLiveAgeS,
      drainS,
      ...figures,
    };
  });
}

/** @returns end the fault */
async function begin(way: SlowWay, url: string): Promise<() => Promise<void>> {
  if (way === "locked") {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query("begin; lock table sample in access exclusive mode");
    return async () => {
      await client.query("rollback");
      await client.end();
    };
  }
  if (way === "slow inserts") {
    await onDatabase(url, (client) =>
      client.query(`
        create function slow_down() returns trigger language plpgsql as $$ begin perform pg_sleep(2); return null; end $$;
        create trigger slow_down before insert on sample for each statement execute function slow_down()`),
    );
    return () => onDatabase(url, async (client) => void (await client.query("drop trigger slow_down on sample")));
  }
  const backends = await backendsOf(url);
  for (const pid of backends) process.kill(pid, "SIGSTOP");
  return async () => {
    for (const pid of backends) process.kill(pid, "SIGCONT");
  };
}

/** Server processes of the platform's connections: what a hung disk or a frozen virtual machine looks like. */
async function backendsOf(url: string): Promise<number[]> {
  return onDatabase(url, async (client) => {
    const { rows } = await client.query<{ pid: number }>(
      "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'",
    );
    return rows.map(({ pid }) => pid);
  });
}

async function tryWrite(url: string): Promise<number> {
  const startedMs = performance.now();
  await onDatabase(url, async (client) => {
    await client.query("set statement_timeout = 2000");
    await client.query("insert into sample select * from sample where false").catch((error: { code?: string }) => {
      if (error.code !== "57014") throw error;
    });
  });
  return (performance.now() - startedMs) / 1000;
}

function worstGapS(states: readonly { siteId: string; at: number }[]): number {
  const lastOf = new Map<string, number>();
  let worstMs = 0;
  for (const { siteId, at } of states) {
    worstMs = Math.max(worstMs, at - (lastOf.get(siteId) ?? at));
    lastOf.set(siteId, at);
  }
  return worstMs / 1000;
}
