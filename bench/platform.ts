import { spawn } from "node:child_process";
import { createWriteStream, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createFreshDatabase } from "../test/services/fresh-database.ts";
import { onDatabase } from "../test/services/on-database.ts";
import { startPostgres } from "../test/services/postgres-server.ts";
import { type Fleet, startFleet, startPlatform } from "../test/services/start-platform.ts";
import { processorMsOf } from "./peers/processor-time.ts";
import { median } from "./peers/statistics.ts";

/**
 * From request to committed row: the platform beside the flow that an integrator builds from stock nodes, with the same
 * fleet, the same two requests per site, the same PostgreSQL. CPU is user + system of the whole process under test per
 * committed row; memory is its peak. `node bench/platform.ts [--sites 150,1500,15000] [--repeats 3]`.
 *
 * The stock flow polls, maps and stores: it shows nothing live and judges no rule. So ours runs twice: with that way alone,
 * poll → validate → store, as an integrator may unwire the rest (journal, derived points and the read-only pages stay),
 * and as shipped, where all screens are kept up to date and all rules are judged besides. All hold what a process does each
 * second whether it polls or not; that is measured alone as well, on both sides, so that the way from request to row can
 * be told from it.
 *
 * The process under test runs on core 0, fleet and database on core 1.
 */
const { values } = parseArgs({
  options: { sites: { type: "string", default: "150,1500" }, repeats: { type: "string" } },
});
const SIZES = values.sites.split(",").map(Number);
const UNDER_TEST = ["taskset", "-c", "0"];
const BESIDE = ["taskset", "-c", "1"];

type Figure = {
  readonly snapshots: number;
  readonly cpuMsPerSnapshot: number;
  readonly peakMb: number;
  readonly errors: number;
};

/** `way`: ours from request to row and no further. */
type Run = { readonly stock: Figure; readonly way: Figure; readonly ours: Figure };

/** ms of CPU per second while no round is due. */
type Idle = { readonly stock: number; readonly ours: number };

const NAMES = { stock: "stock", way: "ours, to the row", ours: "ours, as shipped" } as const satisfies Record<
  keyof Run,
  string
>;
type EditFlows = ((folder: string) => void) | undefined;
const LIVE_VIEW = "collection-live";
const IDLE_S = 60;
/** Most of what the start has left behind is collected 30 to 60 s after it, at once: that is no cost of being idle. */
const SETTLED_MS = 75_000;

const server = await startPostgres();
const results: { sites: number; runs: readonly Run[]; idle: Idle }[] = [];
for (const sites of SIZES) {
  const loadBefore = loadavg()[0] ?? 0;
  const fleet = await startFleet(sites, fleetArguments(sites), BESIDE);
  try {
    const runs: Run[] = [];
    for (let repeat = 0; repeat < Number(values.repeats ?? planFor(sites).repeats); repeat += 1) {
      const stock = await measureStock(sites, fleet);
      const way = await measureOurs(sites, fleet, leaveTheWay);
      runs.push({ stock, way, ours: await measureOurs(sites, fleet, undefined) });
    }
    const idle = { stock: await measureIdleStock(fleet), ours: await measureIdle(fleet) };
    results.push({ sites, runs, idle });
    print(sites, runs, idle, loadBefore);
  } finally {
    await fleet.stop();
  }
}
await server.dispose();
console.log(JSON.stringify({ bench: "platform", results }));

function fleetArguments(sites: number): string[] {
  return ["--dialects", "a:1", "--latency", "20-80", "--addressing", sites > 1000 ? "address" : "port"];
}

type Plan = { readonly repeats: number; readonly warmUps: number; readonly rounds: number; readonly intervalS: number };

/**
 * Both sides get the same beat, the same warm-up and the same number of rounds: a lone round is dearer than one in a
 * tight loop, and a collector runs for months, so neither what the runtime compiles in the first minute is the question, nor
 * what the heap does until its size is found: all that is alive is looked through twice in the first two minutes, and then
 * every three. As many rounds as give a window of some seconds, as the kernel counts CPU in ticks of 10 ms.
 */
function planFor(sites: number): Plan {
  if (sites <= 150) return { repeats: 3, warmUps: 150, rounds: 90, intervalS: 1 };
  if (sites <= 1500) return { repeats: 3, warmUps: 30, rounds: 18, intervalS: 5 };
  return { repeats: 1, warmUps: 2, rounds: 1, intervalS: 60 };
}

async function measureOurs(sites: number, fleet: Fleet, editFlows: EditFlows): Promise<Figure> {
  const { warmUps, rounds, intervalS } = planFor(sites);
  return onPlatform(fleet, intervalS, editFlows, async (pid, databaseUrl) => {
    // The warm-up holds the first connections and the compilation of everything.
    await sleep(warmUps * intervalS * 1000);
    const from = { rows: await rowsOf(databaseUrl, "sample"), cpuMs: processorMsOf(pid) };
    await sleep(rounds * intervalS * 1000);
    const snapshots = (await rowsOf(databaseUrl, "sample")) - from.rows;
    const cpuMs = processorMsOf(pid) - from.cpuMs;
    return { snapshots, cpuMsPerSnapshot: cpuMs / snapshots, peakMb: peakMbOf(pid), errors: 0 };
  });
}

/** What the platform costs per second while no round is due. */
function measureIdle(fleet: Fleet): Promise<number> {
  return onPlatform(fleet, 3600, leaveTheWay, settledMsPerS);
}

function measureIdleStock(fleet: Fleet): Promise<number> {
  return onStockFlow(fleet, ({ pid }) => settledMsPerS(pid));
}

async function settledMsPerS(pid: number): Promise<number> {
  await sleep(SETTLED_MS);
  const fromMs = processorMsOf(pid);
  await sleep(IDLE_S * 1000);
  return (processorMsOf(pid) - fromMs) / IDLE_S;
}

async function onPlatform<T>(
  fleet: Fleet,
  intervalS: number,
  editFlows: EditFlows,
  measure: (pid: number, databaseUrl: string) => Promise<T>,
): Promise<T> {
  const database = await createFreshDatabase(server.url, { timescale: true });
  const platform = await startPlatform({
    sitesFile: fleet.sitesFile,
    databaseUrl: database.url,
    environment: { POLL_INTERVAL_S: String(intervalS), LOG_LEVEL: "warn" },
    ...(editFlows ? { editFlows } : {}),
    prefix: UNDER_TEST,
  });
  try {
    await platform.ready();
    return await measure(platform.pid(), database.url);
  } finally {
    await platform.dispose();
    await database.drop().catch(() => undefined);
  }
}

/** Takes out the rules and the live view. */
function leaveTheWay(folder: string): void {
  rmSync(path.join(folder, "tab.alarms.json"));
  const file = path.join(folder, "tab.collection.json");
  const nodes = JSON.parse(readFileSync(file, "utf8")) as { id: string; wires?: string[][] }[];
  const kept = nodes.filter(({ id }) => id !== LIVE_VIEW);
  if (kept.length === nodes.length) throw new Error(`no node ${LIVE_VIEW} in ${file}`);
  for (const node of kept)
    if (node.wires) node.wires = node.wires.map((wires) => wires.filter((id) => id !== LIVE_VIEW));
  writeFileSync(file, JSON.stringify(kept));
}

async function measureStock(sites: number, fleet: Fleet): Promise<Figure> {
  const { warmUps, rounds, intervalS } = planFor(sites);
  return onStockFlow(fleet, async (peer, databaseUrl) => {
    await pollStock(peer.url, sites, warmUps, intervalS);
    await onDatabase(databaseUrl, (client) => client.query("truncate stock_snapshot"));
    const cpuFrom = processorMsOf(peer.pid);
    const errors = await pollStock(peer.url, sites, rounds, intervalS);
    const cpuMs = processorMsOf(peer.pid) - cpuFrom;
    const snapshots = await rowsOf(databaseUrl, "stock_snapshot");
    return { snapshots, cpuMsPerSnapshot: cpuMs / snapshots, peakMb: peakMbOf(peer.pid), errors };
  });
}

async function onStockFlow<T>(
  fleet: Fleet,
  measure: (peer: { readonly url: string; readonly pid: number }, databaseUrl: string) => Promise<T>,
): Promise<T> {
  const database = await createFreshDatabase(server.url, { timescale: false, isMigrated: false });
  await onDatabase(database.url, async (client) => {
    await client.query(
      `create table stock_snapshot (ts timestamptz, site_id int, supply float8, ret float8, flow float8, kw float8, raw jsonb);
       create index on stock_snapshot (site_id, ts desc)`,
    );
  });
  const target = new URL(database.url);
  const options = {
    database: { host: target.hostname, port: Number(target.port), user: "postgres", name: target.pathname.slice(1) },
  };
  const peer = await startStockFlow(fleet.sitesFile, options);
  try {
    return await measure(peer, database.url);
  } finally {
    await peer.stop();
    await database.drop().catch(() => undefined);
  }
}

async function startStockFlow(
  sitesFile: string,
  options: object,
): Promise<{ url: string; pid: number; stop(): Promise<void> }> {
  const script = path.join(import.meta.dirname, "stock-peer/main.ts");
  const words = [...UNDER_TEST, process.execPath, script, sitesFile, JSON.stringify(options)];
  const child = spawn(words[0] ?? "", words.slice(1), { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  const log = createWriteStream(path.join(tmpdir(), "antbox-stock-flow.log"));
  child.stdout?.pipe(log);
  child.stderr?.pipe(log);
  const port = await new Promise<number>((resolve, reject) => {
    child.once("message", (message) => resolve((message as { port: number }).port));
    child.once("exit", (code) => reject(new Error(`the stock flow ended with ${code}; see ${log.path}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGKILL");
      }),
  };
}

/** Rounds of the stock flow on the same beat as ours; a round that takes longer delays the next. @returns errors */
async function pollStock(url: string, sites: number, rounds: number, intervalS: number): Promise<number> {
  let errors = 0;
  for (let i = 0; i < rounds; i += 1) {
    const rest = sleep(intervalS * 1000);
    const response = await fetch(`${url}/round?n=${sites}`);
    errors += ((await response.json()) as { err: number }).err;
    await rest;
  }
  return errors;
}

function peakMbOf(pid: number): number {
  const kb = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kb) / 1024;
}

function rowsOf(url: string, table: string): Promise<number> {
  return onDatabase(url, async (client) => {
    const { rows } = await client.query<{ n: number }>(`select count(*)::int as n from ${table}`);
    return rows[0]?.n ?? 0;
  });
}

function print(sites: number, runs: readonly Run[], idle: Idle, load: number): void {
  const start = String(sites).padStart(6);
  const sides = Object.keys(NAMES) as (keyof Run)[];
  for (const run of runs) {
    for (const side of sides) {
      const { snapshots, cpuMsPerSnapshot, peakMb, errors } = run[side];
      console.log(
        `${start}  ${NAMES[side].padEnd(16)} ${String(snapshots).padStart(7)} rows  ${cpuMsPerSnapshot.toFixed(3)} ms CPU/snapshot  peak ${peakMb.toFixed(0)} MB  ${errors} errors`,
      );
    }
  }
  const cpu = (side: keyof Run) => median(runs.map((run) => run[side].cpuMsPerSnapshot));
  const peak = (side: keyof Run) => Math.max(...runs.map((run) => run[side].peakMb));
  const perSnapshot = (idleMsPerS: number) => (idleMsPerS * planFor(sites).intervalS) / sites;
  const ofWay = (cpu("way") - perSnapshot(idle.ours)) / (cpu("stock") - perSnapshot(idle.stock));
  console.log(
    `${start}  while nothing is polled, ms CPU/s: stock ${idle.stock.toFixed(1)}, ours ${idle.ours.toFixed(1)}; of each snapshot above: ${perSnapshot(idle.stock).toFixed(3)} and ${perSnapshot(idle.ours).toFixed(3)} ms`,
  );
  console.log(
    `${start}  ratio of medians (goal ≤ 0.25): CPU from request to row ${ofWay.toFixed(3)}, whole process ${(cpu("way") / cpu("stock")).toFixed(3)}, as shipped ${(cpu("ours") / cpu("stock")).toFixed(3)}; memory (goal ≤ 0.5 at 15000) ${(peak("way") / peak("stock")).toFixed(2)}, as shipped ${(peak("ours") / peak("stock")).toFixed(2)}; load ${load.toFixed(1)}`,
  );
}
