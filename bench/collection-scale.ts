/**
 * `node bench/collection-scale.ts [--sites 15000] [--interval 60] [--rounds 3]`: a big fleet in one
 * process, with mapping and the real journal. No round late, no false time-out by the fleet's own count, share of a
 * core, event-loop p99, peak memory. With `--keep-alive false` every poll opens its own connection.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { createCollector } from "../adapters/controller/create-collector.ts";
import { openJournal } from "../adapters/journal/open-journal.ts";
import type { RoundReport } from "../domain/collection/round-report.ts";
import { findCompiledProfile } from "../domain/profiles/index.ts";
import { makeSnapshot } from "../domain/telemetry/make-snapshot.ts";
import { benchSites, fleetUrl } from "./peers/bench-sites.ts";
import { maxRssMb } from "./peers/peer-loop.ts";
import { pinSelf } from "./peers/pin-self.ts";
import { startFleet } from "./peers/processes.ts";
import { round1 } from "./peers/statistics.ts";

pinSelf();
const { values } = parseArgs({
  options: {
    sites: { type: "string", default: "15000" },
    interval: { type: "string", default: "60" },
    rounds: { type: "string", default: "3" },
    port: { type: "string", default: "23230" },
    "keep-alive": { type: "string", default: "true" },
  },
});
const port = Number(values.port);
const siteCount = Number(values.sites);
const intervalS = Number(values.interval);
const wanted = Number(values.rounds);
const fleet = await startFleet(port, "20-80");
const sites = benchSites(siteCount, (index) => fleetUrl(index, port));
const siteById = new Map(sites.map((site) => [site.id, site]));
const log = { info: () => undefined, warn: console.error, error: console.error };
const folder = mkdtempSync(join(tmpdir(), "bench-scale-"));
const journal = openJournal({ path: join(folder, "journal.db"), log });
const collector = createCollector({
  inventory: { all: () => sites, onChange: () => () => undefined },
  profileOf: findCompiledProfile,
  journal,
  pollIntervalS: intervalS,
  log,
  // As many sockets as sites allowed, or too few to keep any.
  ...(values["keep-alive"] === "false" ? { maxSockets: siteCount - 1 } : {}),
});

type Row = Record<string, number | string>;
const rows: Row[] = [];
const reports: RoundReport[] = [];
const delay = monitorEventLoopDelay({ resolution: 10 });
let kept: number[] = [];
let snapshots = 0;
let mark = { cpu: process.cpuUsage(), atMs: performance.now() };

/** A whole interval, from one round's end to the next one's, so that idle time counts too. */
function closeInterval(report: RoundReport): void {
  const { user, system } = process.cpuUsage(mark.cpu);
  const wallMs = performance.now() - mark.atMs;
  rows.push({
    slot: report.slot.slice(11, 19),
    ok: report.ok,
    late: report.late,
    failed: report.sites - report.ok - report.late,
    durationS: round1(report.durationMs / 1000),
    corePct: round1((user + system) / 10 / wallMs),
    cpuUsPerSnapshot: Math.round((user + system) / Math.max(1, snapshots)),
    loopP99Ms: round1(delay.percentile(99) / 1e6 - 10),
    loopMaxMs: round1(delay.max / 1e6 - 10),
    peakRssMb: Math.round(maxRssMb()),
    sockets: collector.stats().openSockets,
  });
  console.error(JSON.stringify(rows.at(-1)));
  mark = { cpu: process.cpuUsage(), atMs: performance.now() };
  snapshots = 0;
  delay.reset();
}

await new Promise((resolve) => setTimeout(resolve, intervalS * 1000 - (Date.now() % (intervalS * 1000)) - 20));
delay.enable();
await new Promise<void>((resolve) => {
  const detach = collector.attach({
    onReply({ reply, journalId }) {
      const profile = findCompiledProfile("bitmain-antbox-hk3");
      if (profile && makeSnapshot(reply, profile, siteById.get(reply.siteId)).siteId) snapshots += 1;
      if (journalId !== null && kept.push(journalId) >= 500) {
        journal.acknowledge(kept);
        kept = [];
      }
    },
    onRound(report) {
      reports.push(report);
      closeInterval(report);
      if (reports.length < wanted) return;
      detach();
      resolve();
    },
  });
});
const counts = await fleet.counts();
await collector.close();
journal.close();
rmSync(folder, { recursive: true, force: true });
fleet.stop();

const good = reports.reduce((total, report) => total + report.ok, 0);
const late = reports.reduce((total, report) => total + report.late, 0);
const failed = reports.reduce((total, report) => total + report.sites - report.ok - report.late, 0);
const warm = rows.slice(1);
const worst = (key: string): number => Math.max(...warm.map((row) => Number(row[key])));
const goals = [
  { goal: "sites late", value: late, limit: 0 },
  // The whole fleet is healthy and answers within 80 ms, so every failure is a false one.
  { goal: "false failures", value: failed, limit: 0 },
  { goal: "requests the fleet answered beyond two per snapshot", value: (counts["served"] ?? 0) - 2 * good, limit: 0 },
  { goal: "≤ 40 % of a core", value: worst("corePct"), limit: 40 },
  { goal: "event-loop p99 ≤ 50 ms", value: worst("loopP99Ms"), limit: 50 },
].map((goal) => ({ ...goal, met: goal.value <= goal.limit }));
console.table(rows);
console.table(goals);
const load = loadavg().map(round1);
console.log(JSON.stringify({ bench: "collection-scale", sites: siteCount, intervalS, load, counts, rows, goals }));
process.exit(0);
