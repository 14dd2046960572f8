import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { openDatabase } from "../adapters/database/open-database.ts";
import { markDue } from "../adapters/database/rollup/roll-up.ts";
import { type Cluster, startCluster, waitForBalance } from "../test/faults/cluster.ts";
import { recordedLog } from "../test/services/recorded-log.ts";
import { DAY_MS, fillRollups, fillSamples, learnColumns } from "./history-load/fill.ts";
import { FOUR, TEN } from "./history-load/questions.ts";
import { median } from "./peers/statistics.ts";

/**
 * How late the event loop of the `ui` process is while pages ask for history, roll-ups run and live clients listen, with
 * days of stored history behind it: `node bench/ui-loop.ts [--sites 150 --days 90 --clients 50 --pages 10 --seconds 60]`.
 * The clients run in this process, on the same machine. `--database-url` takes one that `bench/historian.ts --keep` filled.
 */
const { values } = parseArgs({
  options: {
    sites: { type: "string", default: "150" },
    days: { type: "string", default: "90" },
    clients: { type: "string", default: "50" },
    pages: { type: "string", default: "10" },
    seconds: { type: "string", default: "60" },
    "database-url": { type: "string" },
  },
});
const [sites, days, clients, pages, seconds] = [
  values.sites,
  values.days,
  values.clients,
  values.pages,
  values.seconds,
].map(Number) as [number, number, number, number, number];
const GOAL_MS = 100;
const POLL_S = 5;
const DUE_EVERY_MS = 5_000;

const folder = mkdtempSync(path.join(tmpdir(), "antbox-ui-loop-"));
const cluster = await startCluster({
  sites,
  collectors: 1,
  intervalS: POLL_S,
  environment: {
    LOG_LEVEL: "warn",
    LOOP_PROBE_FOLDER: folder,
    NODE_OPTIONS: `--import=${path.join(import.meta.dirname, "web-load/loop-probe.ts")}`,
  },
  postgres: { shared_buffers: "1GB", max_wal_size: "8GB" },
  databaseUrl: values["database-url"],
});
try {
  await waitForBalance(cluster, 1);
  if (!values["database-url"]) await fillHistory(cluster);
  const calm = await measure(cluster, async () => sleep(10_000));
  const sockets = await Promise.all(Array.from({ length: clients }, () => listen(cluster)));
  const until = performance.now() + seconds * 1000;
  const latencies: number[] = [];
  const busy = await measure(cluster, async () => {
    await Promise.all([keepRollingUp(cluster, until), ...questions(until, latencies)]);
  });
  const frames = sockets.reduce((sum, { count }) => sum + count(), 0);
  for (const { close } of sockets) close();
  const sorted = latencies.sort((a, b) => a - b);
  const [p50Ms, p95Ms] = [median(sorted), sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN].map(Math.round);
  console.log(`calm: loop p99 ${calm.p99Ms} ms, longest ${calm.maxMs} ms`);
  console.log(
    `busy: loop p50 ${busy.p50Ms} ms, p99 ${busy.p99Ms} ms (goal < ${GOAL_MS}), longest ${busy.maxMs} ms; ` +
      `${latencies.length} history questions, p50 ${p50Ms} ms, p95 ${p95Ms} ms; ${frames} live frames to ${clients} clients`,
  );
  const met = busy.p99Ms < GOAL_MS;
  console.log(
    JSON.stringify({ bench: "ui-loop", sites, days, clients, pages, calm, busy, p50Ms, p95Ms, met, load: loadavg() }),
  );
  process.exitCode = met ? 0 : 1;
} finally {
  await cluster.dispose();
  rmSync(folder, { recursive: true, force: true });
}

async function fillHistory({ databaseUrl }: Cluster): Promise<void> {
  const database = await openDatabase({ url: databaseUrl, dataDir: folder, log: recordedLog() });
  try {
    await database.whenReady();
    await learnColumns(database);
    const endMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    const load = { sites, days, intervalS: 60, endMs };
    await fillSamples(database, load, (text) => console.log(text));
    await fillRollups(database, load);
  } finally {
    await database.close();
  }
}

type Lateness = { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };

async function measure({ ui }: Cluster, work: () => Promise<unknown>): Promise<Lateness> {
  process.kill(ui.pid(), "SIGUSR2");
  await work();
  process.kill(ui.pid(), "SIGUSR2");
  await sleep(500);
  return JSON.parse(readFileSync(path.join(folder, `${ui.pid()}.json`), "utf8"));
}

async function listen({ ui, cookie }: Cluster): Promise<{ count(): number; close(): void }> {
  let frames = 0;
  const socket = new WebSocket(`${ui.url.replace("http", "ws")}/api/v1/live`, { headers: { cookie, origin: ui.url } });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  socket.on("message", () => {
    frames += 1;
  });
  socket.send(JSON.stringify({ type: "subscribe", view: "overview" }));
  return { count: () => frames, close: () => socket.terminate() };
}

/** A day of stored rows falls due again and again: the scheduler's process is never done. */
async function keepRollingUp({ databaseUrl }: Cluster, until: number): Promise<void> {
  const database = await openDatabase({ url: databaseUrl, dataDir: folder, log: recordedLog() });
  try {
    await database.whenReady();
    for (let day = 1; performance.now() < until; day += 1) {
      const fromMs = Math.floor(Date.now() / DAY_MS) * DAY_MS - ((day % days) + 1) * DAY_MS;
      await markDue(database, fromMs, fromMs + DAY_MS / 4);
      await fetch(`${cluster.ui.url}/api/v1/jobs/rollup/run`, {
        method: "POST",
        headers: { cookie: cluster.cookie, origin: cluster.ui.url },
      });
      await sleep(DUE_EVERY_MS);
    }
  } finally {
    await database.close();
  }
}

/** What pages with trends and heat maps ask, each page one question after another with a second's thought between. */
function questions(until: number, latencies: number[]): Promise<void>[] {
  const to = new Date().toISOString();
  const from = (back: number): string => new Date(Date.now() - back * DAY_MS).toISOString();
  return Array.from({ length: pages }, async (_, page) => {
    for (let turn = page; performance.now() < until; turn += 1) {
      const site = `site-${String((turn % sites) + 1).padStart(3, "0")}`;
      const asked = [
        `/api/v1/sites/${site}/history?points=${FOUR.join()}&from=${from(1)}&to=${to}&step=raw`,
        `/api/v1/sites/${site}/history?points=${TEN.join()}&from=${from(days)}&to=${to}&step=auto`,
        `/api/v1/history?point=supply_temp_c&from=${from(1)}&to=${to}`,
        `/api/v1/sites/${site}/history/sisters?points=supply_temp_c&from=${from(7)}&to=${to}`,
      ][turn % 4];
      const startMs = performance.now();
      const response = await fetch(cluster.ui.url + asked, { headers: { cookie: cluster.cookie } });
      const text = await response.text();
      // What is refused because too many ask at once is an answer too.
      if (!response.ok && response.status !== 429 && response.status !== 503) throw new Error(`${asked}: ${text}`);
      latencies.push(performance.now() - startMs);
      await sleep(1_000);
    }
  });
}
