/**
 * `node bench/collection.ts [--sites 150] [--rounds 20] [--fleet simulator|reference]`: a round of healthy sites (20–80 ms per answer, two requests in
 * sequence), ours beside a raw-socket poller, bare undici and aiohttp; fleet on core 1, the client under test on core 0,
 * all clients in the same run, A B A B. Prints a table and one line of JSON.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
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

const folder = mkdtempSync(join(tmpdir(), "bench-collection-"));
const sitesFile = join(folder, "sites.json");
const fleet = await startSites();
writeFileSync(sitesFile, JSON.stringify(fleet.urls));
const peers = (
  await Promise.all([
    startPeer("raw sockets (floor)", ["node", "bench/peers/raw-poller.ts", sitesFile]),
    startPeer("bare undici.request", ["node", "bench/peers/undici-poller.ts", sitesFile]),
    startPeer("aiohttp", ["/usr/bin/python3", "bench/peers/aiohttp_poller.py", sitesFile]),
    startPeer("ours: fetch + parse", ["node", "bench/peers/ours-poller.ts", sitesFile, "fetch"]),
    startPeer("ours: … + map + validate", ["node", "bench/peers/ours-poller.ts", sitesFile, "map"]),
    startPeer("ours: … + journal", ["node", "bench/peers/ours-poller.ts", sitesFile, "journal"]),
  ])
).filter((peer) => peer !== null);

async function startSites(): Promise<{ readonly urls: readonly string[]; stop(): void }> {
  const port = Number(values.port);
  if (values.fleet === "simulator") return startSimulator(siteCount, port, values.latency, folder);
  const { stop } = await startFleet(port, values.latency);
  return { urls: Array.from({ length: siteCount }, (_, i) => fleetUrl(i, port)), stop };
}

const cold = new Map<Peer, SegmentResult>();
const warm = new Map<Peer, SegmentResult[]>();
try {
  for (const peer of peers) cold.set(peer, await peer.run({ rounds: 1, intervalMs }));
  for (const peer of peers) await peer.run({ rounds: WARM_UP_ROUNDS, intervalMs });
  for (let done = 0; done < rounds; done += ROUNDS_PER_TURN) {
    for (const peer of peers) {
      const results = warm.get(peer) ?? [];
      results.push(await peer.run({ rounds: ROUNDS_PER_TURN, intervalMs }));
      warm.set(peer, results);
    }
  }
} finally {
  for (const peer of peers) stopPeer(peer);
  fleet.stop();
  rmSync(folder, { recursive: true, force: true });
}

const rows = peers.map((peer) => {
  const results = warm.get(peer) ?? [];
  const roundMs = results.flatMap((result) => result.roundMs);
  const snapshots = results.reduce((total, result) => total + result.snapshots, 0);
  const cpuUs = results.reduce((total, result) => total + result.cpuUs, 0);
  return {
    client: peer.name,
    coldMs: round1(cold.get(peer)?.roundMs[0] ?? Number.NaN),
    p50Ms: round1(median(roundMs)),
    maxMs: round1(Math.max(...roundMs)),
    cpuUsPerSnapshot: round1(cpuUs / snapshots),
    failed: results.reduce((total, result) => total + result.failed, 0),
    peakRssMb: Math.round(Math.max(...results.map((result) => result.maxRssMb))),
  };
});
const of = (start: string) => rows.find(({ client }) => client.startsWith(start));
const ratio = (a: number | undefined, b: number | undefined) => (a && b ? Math.round((a / b) * 100) / 100 : null);
const mapped = of("ours: … + map");
const goals = [
  { goal: "round ≤ 1.25 × raw sockets", limit: 1.25, value: ratio(mapped?.p50Ms, of("raw")?.p50Ms) },
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
