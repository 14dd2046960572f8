import { existsSync, readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  type Cluster,
  countRows,
  getJson,
  idOf,
  servedSince,
  startCluster,
  waitForBalance,
  worstGapMs,
} from "../test/faults/cluster.ts";
import { onDatabase } from "../test/services/on-database.ts";
import type { PlatformProcess } from "../test/services/start-platform.ts";

/**
 * Several platform processes that share a fleet, with real PostgreSQL, Redis and simulator on the same machine.
 *
 * - `node bench/scale-out.ts [--sites 15000 --interval 60 --collectors 2 --minutes 5]`: what a round costs: rounds late,
 *   write lag, CPU and memory per process
 * - `node bench/scale-out.ts --faults [--sites 1500 --interval 10 --collectors 3]`: kill -9 of one, STOP of another for
 *   10 s, one more: how long any site was not polled, by the simulator's ledger, and how many leases moved
 */
const { values } = parseArgs({
  options: {
    faults: { type: "boolean", default: false },
    sites: { type: "string" },
    interval: { type: "string" },
    collectors: { type: "string" },
    minutes: { type: "string", default: "5" },
  },
});
const sites = Number(values.sites ?? (values.faults ? 1_500 : 15_000));
const intervalS = Number(values.interval ?? (values.faults ? 10 : 60));
const collectors = Number(values.collectors ?? (values.faults ? 3 : 2));
const TICK_MS = 10;
const STOP_MS = 10_000;
const UNDER_WAY_MS = 200;
const BALANCE_WITHIN_MS = 180_000;

const loadBefore = loadavg()[0] ?? 0;
const cluster = await startCluster({
  sites,
  collectors,
  intervalS,
  environment: { LOG_LEVEL: "warn" },
  postgres: { track_commit_timestamp: "on" },
});
try {
  await waitForBalance(cluster, collectors, BALANCE_WITHIN_MS);
  const result = values.faults
    ? await measureFaults(cluster)
    : await measureLoad(cluster, Number(values.minutes) * 60_000);
  console.log(JSON.stringify({ bench: "scale-out", sites, intervalS, collectors, loadBefore, ...result }));
} finally {
  await cluster.dispose();
}

type Usage = { readonly name: string; readonly platform: PlatformProcess; readonly cpuMs: number };

async function measureLoad(running: Cluster, forMs: number) {
  // The first rounds open all connections and compile everything.
  await sleep(Math.min(2 * intervalS * 1000, forMs));
  const processes = [
    ...running.collectors.map((platform, i) => ["collector", i + 1, platform] as const),
    ["ui", 0, running.ui] as const,
    ["scheduler", 0, running.scheduler] as const,
  ];
  const before: Usage[] = processes.map(([role, i, platform]) => ({
    name: i > 0 ? `${role} ${i}` : role,
    platform,
    cpuMs: cpuMsOf(platform.pid()),
  }));
  const fromMs = Date.now();
  await sleep(forMs);
  const elapsedMs = Date.now() - fromMs;
  const rounds = await readRounds(running.databaseUrl, fromMs);
  const { rows } = await countRows(running.databaseUrl);
  console.log(`${sites} sites every ${intervalS} s, ${collectors} collectors, ${(elapsedMs / 60_000).toFixed(1)} min`);
  console.log(
    `rounds ${rounds.n}, sites late in them ${rounds.late}, failed ${rounds.failed}; longest ${rounds.longest_s.toFixed(1)} s`,
  );
  const lag = await readWriteLag(running.databaseUrl, fromMs);
  console.log(
    `from reply to commit p50 ${lag.p50_s.toFixed(2)} s, p99 ${lag.p99_s.toFixed(2)} s, worst ${lag.worst_s.toFixed(2)} s; rows ${rows}`,
  );
  const usage = before.map(({ name, platform, cpuMs }) => {
    const cpuShare = (cpuMsOf(platform.pid()) - cpuMs) / elapsedMs;
    const peakMb = peakMbOf(platform.pid());
    console.log(
      `${name.padEnd(12)} ${(cpuShare * 100).toFixed(0).padStart(4)} % of a core, peak ${peakMb.toFixed(0)} MB`,
    );
    return { name, cpuShare, peakMb };
  });
  return { rounds, lag, usage, rows };
}

type Rounds = { n: number; late: number; failed: number; longest_s: number };

function readRounds(url: string, fromMs: number): Promise<Rounds> {
  return onDatabase(url, async (client) => {
    const { rows } = await client.query<Rounds>(
      `select count(*)::int as n, coalesce(sum(late), 0)::int as late,
         coalesce(sum(sites - ok - late), 0)::int as failed, coalesce(max(duration_ms), 0)::float / 1000 as longest_s
       from round where started_at > to_timestamp($1::float8 / 1000)`,
      [fromMs],
    );
    return rows[0] ?? { n: 0, late: 0, failed: 0, longest_s: 0 };
  });
}

type Lag = { p50_s: number; p99_s: number; worst_s: number };

/** From the arrival of a reply to the commit of its row, by the commit times that PostgreSQL keeps. */
function readWriteLag(url: string, fromMs: number): Promise<Lag> {
  return onDatabase(url, async (client) => {
    const { rows } = await client.query<Lag>(
      `select percentile_cont(0.5) within group (order by lag)::float as p50_s,
         percentile_cont(0.99) within group (order by lag)::float as p99_s, max(lag)::float as worst_s
       from (select extract(epoch from pg_xact_commit_timestamp(xmin) - collected_at) as lag from sample
         where collected_at > to_timestamp($1::float8 / 1000)) as lags`,
      [fromMs],
    );
    return rows[0] ?? { p50_s: Number.NaN, p99_s: Number.NaN, worst_s: Number.NaN };
  });
}

async function measureFaults(running: Cluster) {
  const ids = await siteIds(running);
  const [victim, sleeper] = running.collectors;
  if (!victim || !sleeper) throw new Error("--faults needs three collectors");
  const killed = await measureFault(running, ids, victim, () => victim.kill());
  const stopped = await measureFault(running, ids, sleeper, async () => {
    process.kill(sleeper.pid(), "SIGSTOP");
    await sleep(STOP_MS);
    process.kill(sleeper.pid(), "SIGCONT");
  });
  await victim.start();
  const before = await waitForBalance(running, collectors, BALANCE_WITHIN_MS);
  const newcomer = await running.addCollector();
  const after = await waitForBalance(running, collectors + 1, BALANCE_WITHIN_MS);
  const newcomerId = idOf(after, newcomer);
  const holderBefore = new Map(before.leases.map(({ name, holder }) => [name, holder]));
  const moved = after.leases.filter(({ name, holder }) => holderBefore.get(name) !== holder);
  const strays = moved.filter(({ holder }) => holder !== newcomerId).length;
  await sleep(2 * intervalS * 1000);
  for (const collector of running.collectors) await collector.stop();
  const rows = await countRows(running.databaseUrl);
  print("kill -9 of one", killed);
  print("STOP for 10 s", stopped);
  console.log(`one more         ${moved.length} of 16 leases moved, ${strays} of them not to the newcomer`);
  const missed = running.collectors.reduce((sum, one) => sum + one.log().split("leases ran out before").length - 1, 0);
  console.log(
    `leases that ran out although their holder lived: ${missed} times; 1 is the STOP, more mean a machine that is too busy`,
  );
  console.log(`rows ${rows.rows}, double keys ${rows.doubleKeys}, double replies ${rows.doubleReplies}`);
  return { killed, stopped, moved: moved.length, strays, missed, ...rows };
}

/** `againMs`: until the last of the lost sites was polled again; `worstGapMs`: of any site, its interval included. */
type FaultFigures = { readonly lost: number; readonly againMs: number; readonly worstGapMs: number };

function print(name: string, { lost, againMs, worstGapMs }: FaultFigures): void {
  const [again, gap] = [againMs, worstGapMs].map((ms) => (ms / 1000).toFixed(1));
  console.log(
    `${name.padEnd(16)} all of its ${lost} sites polled again after ${again} s; longest gap of any site ${gap} s`,
  );
}

async function measureFault(
  running: Cluster,
  ids: readonly string[],
  hit: PlatformProcess,
  fault: () => Promise<void>,
): Promise<FaultFigures> {
  const before = await waitForBalance(running, running.collectors.length - deadOf(running), BALANCE_WITHIN_MS);
  const hitId = idOf(before, hit);
  const lost = await sitesOf(running, before.items.find(({ id }) => id === hitId)?.leases ?? []);
  const fromMs = Date.now();
  await fault();
  await waitForBalance(running, running.collectors.length - deadOf(running), BALANCE_WITHIN_MS);
  await sleep(intervalS * 1000 + 2_000);
  const served = await servedSince(running.fleet, fromMs);
  const first = new Map<string, number>();
  for (const { siteId, at } of served) {
    // What was answered right then had been asked before.
    if (at > fromMs + UNDER_WAY_MS) first.set(siteId, Math.min(first.get(siteId) ?? at, at));
  }
  const againMs = Math.max(...lost.map((siteId) => (first.get(siteId) ?? Number.POSITIVE_INFINITY) - fromMs));
  return { lost: lost.length, againMs, worstGapMs: worstGapMs(served, ids, fromMs, Date.now()) };
}

/** Processes of the cluster that were killed and not started again. */
function deadOf(running: Cluster): number {
  return running.collectors.filter(({ pid }) => !existsSync(`/proc/${pid()}`)).length;
}

function sitesOf(running: Cluster, leases: readonly string[]): Promise<string[]> {
  return onDatabase(running.databaseUrl, async (client) => {
    const { rows } = await client.query<{ code: string }>("select code from site where lease_name = any($1)", [leases]);
    return rows.map(({ code }) => code);
  });
}

async function siteIds(running: Cluster): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: { items: { id: string }[]; nextCursor: string | null } = await getJson(
      running,
      `/api/v1/sites?limit=1000${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`,
    );
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  return ids;
}

/** User + system time so far, from fields 14 and 15 of `/proc/PID/stat`. */
function cpuMsOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function peakMbOf(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}
