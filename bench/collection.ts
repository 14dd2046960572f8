/**
 * `node bench/collection.ts [--sites 150] [--rounds 20] [--fleet simulator|reference]`: a round of healthy sites (20–80 ms per answer, two requests in
 * sequence), ours beside a raw-socket poller, bare undici and aiohttp; fleet on core 1, the client under test on core 0,
 * all clients in the same run, A B A B. Prints a table and one line of JSON.
 *
 * A client keeps a connection to each site, and a process may have 20,000 files open: with more than 3,000 sites the
 * clients have the fleet one after the other (`--sites 15000 --interval 60000 --rounds 1` takes 18 minutes).
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { spreadMs } from "../domain/collection/start-spread.ts";
import { fleetUrl } from "./peers/bench-sites.ts";
import type { SegmentResult } from "./peers/peer-loop.ts";
import { type Peer, startFleet, startPeer, startSimulator, stopPeer } from "./peers/processes.ts";
import { median, round1 } from "./peers/statistics.ts";

const { values } = parseArgs({
  options: {
    sites: { type: "string", default: "150" },
    rounds: { type: "string", default: "20" },
    interval: { type: "string", default: "1000" },
    latency: { type: "string", default: "20-80" },
    port: { type: "string", default: "23240" },
    fleet: { type: "string", default: "simulator" },
  },
});
const siteCount = Number(values.sites);
const rounds = Number(values.rounds);
const intervalMs = Number(values.interval);
const ROUNDS_PER_TURN = Math.min(5, rounds);
/** A collector runs for months: what the compiler of the runtime does in the first half minute is not the question. */
const WARM_UP_ROUNDS = Math.max(1, Math.round(4_500 / siteCount));
const MAX_SITES_OF_ALL_CLIENTS_AT_ONCE = 3_000;

const folder = mkdtempSync(join(tmpdir(), "bench-collection-"));
const sitesFile = join(folder, "sites.json");
const fleet = await startSites();
writeFileSync(sitesFile, JSON.stringify(fleet.urls));

/** Name and command of each client; the file of the sites is put behind its script. */
const CLIENTS: readonly (readonly [name: string, program: string, script: string, ...step: string[]])[] = [
  ["raw sockets (floor)", "node", "bench/peers/raw-poller.ts"],
  ["bare undici.request", "node", "bench/peers/undici-poller.ts"],
  ["aiohttp", "/usr/bin/python3", "bench/peers/aiohttp_poller.py"],
  ["ours: fetch + parse", "node", "bench/peers/ours-poller.ts", "fetch"],
  ["ours: … + map + validate", "node", "bench/peers/ours-poller.ts", "map"],
  ["ours: … + journal", "node", "bench/peers/ours-poller.ts", "journal"],
];

async function startSites(): Promise<{ readonly urls: readonly string[]; stop(): void }> {
  const port = Number(values.port);
  if (values.fleet === "simulator") return startSimulator(siteCount, port, values.latency, folder);
  const { stop } = await startFleet(port, values.latency);
  return { urls: Array.from({ length: siteCount }, (_, i) => fleetUrl(i, port)), stop };
}

type Measured = { readonly name: string; readonly cold: SegmentResult; readonly warm: readonly SegmentResult[] };

async function measureInTurns(clients: typeof CLIENTS): Promise<Measured[]> {
  const started = await Promise.all(
    clients.map(([name, program, script, ...step]) => startPeer(name, [program, script, sitesFile, ...step])),
  );
  const peers = started.filter((peer) => peer !== null);
  const cold = new Map<Peer, SegmentResult>();
  const warm = new Map<Peer, SegmentResult[]>(peers.map((peer) => [peer, []]));
  try {
    for (const peer of peers) cold.set(peer, await peer.run({ rounds: 1, intervalMs }));
    for (const peer of peers) await peer.run({ rounds: WARM_UP_ROUNDS, intervalMs });
    for (let done = 0; done < rounds; done += ROUNDS_PER_TURN)
      for (const peer of peers) warm.get(peer)?.push(await peer.run({ rounds: ROUNDS_PER_TURN, intervalMs }));
  } finally {
    for (const peer of peers) stopPeer(peer);
  }
  return [...cold].map(([peer, result]) => ({ name: peer.name, cold: result, warm: warm.get(peer) ?? [] }));
}

const measured: Measured[] = [];
try {
  const groups = siteCount > MAX_SITES_OF_ALL_CLIENTS_AT_ONCE ? CLIENTS.map((client) => [client]) : [CLIENTS];
  for (const group of groups) measured.push(...(await measureInTurns(group)));
} finally {
  fleet.stop();
  rmSync(folder, { recursive: true, force: true });
}

const rows = measured.map(({ name, cold, warm }) => {
  const roundMs = warm.flatMap((result) => result.roundMs);
  const snapshots = warm.reduce((total, result) => total + result.snapshots, 0);
  const cpuUs = warm.reduce((total, result) => total + result.cpuUs, 0);
  return {
    client: name,
    coldMs: round1(cold.roundMs[0] ?? Number.NaN),
    p50Ms: round1(median(roundMs)),
    maxMs: round1(Math.max(...roundMs)),
    cpuUsPerSnapshot: round1(cpuUs / snapshots),
    failed: warm.reduce((total, result) => total + result.failed, 0),
    peakRssMb: Math.round(Math.max(...warm.map((result) => result.maxRssMb))),
  };
});
const of = (start: string) => rows.find(({ client }) => client.startsWith(start));
const ratio = (a: number | undefined, b: number | undefined) => (a && b ? Math.round((a / b) * 100) / 100 : null);
const mapped = of("ours: … + map");
/** Ours starts the sites of a large fleet one after the other, so as not to burst: no time to compare. */
const spreadOverMs = spreadMs(siteCount, intervalMs);
if (spreadOverMs > 0) console.log(`ours: starts spread over ${spreadOverMs} ms; the length of the round is not judged`);
const roundGoal = { goal: "round ≤ 1.25 × raw sockets", limit: 1.25, value: ratio(mapped?.p50Ms, of("raw")?.p50Ms) };
const goals = [
  ...(spreadOverMs > 0 ? [] : [roundGoal]),
  {
    goal: "fetch + parse + map + validate ≤ 1.25 × bare undici + JSON.parse",
    limit: 1.25,
    value: ratio(mapped?.cpuUsPerSnapshot, of("bare")?.cpuUsPerSnapshot),
  },
  {
    goal: "the same ≤ 0.6 × aiohttp",
    limit: 0.6,
    value: ratio(mapped?.cpuUsPerSnapshot, of("aiohttp")?.cpuUsPerSnapshot),
  },
].map((goal) => ({ ...goal, met: goal.value === null ? "not measured" : goal.value <= goal.limit }));
const shares = {
  fetchAndParseUs: of("ours: fetch")?.cpuUsPerSnapshot,
  mapAndValidateUs: round1((mapped?.cpuUsPerSnapshot ?? 0) - (of("ours: fetch")?.cpuUsPerSnapshot ?? 0)),
  journalUs: round1((of("ours: … + journal")?.cpuUsPerSnapshot ?? 0) - (mapped?.cpuUsPerSnapshot ?? 0)),
};
console.table(rows);
console.table(goals);
console.log("CPU µs per snapshot by share", shares);
const load = loadavg().map(round1);
console.log(
  JSON.stringify({
    bench: "collection",
    fleet: values.fleet,
    sites: siteCount,
    rounds,
    latencyMs: values.latency,
    load,
    rows,
    goals,
    shares,
  }),
);
