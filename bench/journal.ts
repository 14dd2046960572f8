import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { openJournal } from "../adapters/journal/open-journal.ts";
import type { NewJournalEntry } from "../domain/telemetry/journal-entry.ts";
import { recordedLog } from "../test/services/recorded-log.ts";

/**
 * Keeping rounds of 150 replies on the disk: our journal (SQLite, synchronous FULL, in groups, then acknowledged) beside
 * lines in a file with one fdatasync per group of 50 (which can neither acknowledge nor find a duplicate) and with one per
 * round. Turns alternate, on the same volume.
 */
const SITES = 150;
const GROUP = 50;
const ROUNDS_PER_TURN = 40;
const TURNS = 6;
const BODY = JSON.stringify({ filler: "0123456789".repeat(128) });

type Way = {
  readonly name: string;
  keep(entries: readonly NewJournalEntry[]): Promise<void>;
  readonly roundMs: number[];
  cpuMs: number;
};

const folder = mkdtempSync(join(process.env["BENCH_DIR"] ?? tmpdir(), "antbox-bench-"));
const journal = openJournal({ path: join(folder, "journal.sqlite"), capBytes: 256 * 1024 * 1024, log: recordedLog() });
const lines = openSync(join(folder, "journal.ndjson"), "a");
try {
  await run();
} finally {
  journal.close();
  closeSync(lines);
  rmSync(folder, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const ways: Way[] = [
    { name: "NDJSON + fdatasync per 50", keep: async (entries) => appendLines(entries, GROUP), roundMs: [], cpuMs: 0 },
    { name: "ours", keep: appendAndSettle, roundMs: [], cpuMs: 0 },
    {
      name: "NDJSON + fdatasync per round",
      keep: async (entries) => appendLines(entries, entries.length),
      roundMs: [],
      cpuMs: 0,
    },
  ];
  let round = 0;
  for (let turn = 0; turn < TURNS; turn += 1) {
    const rounds = Array.from({ length: ROUNDS_PER_TURN }, () => aRound(round++));
    for (const way of ways) {
      const before = process.cpuUsage();
      for (const entries of rounds) {
        const start = performance.now();
        await way.keep(entries);
        way.roundMs.push(performance.now() - start);
      }
      const { user, system } = process.cpuUsage(before);
      way.cpuMs += (user + system) / 1000;
    }
  }
  report(ways);
}

async function appendAndSettle(entries: readonly NewJournalEntry[]): Promise<void> {
  const ids = await Promise.all(entries.map((entry) => journal.append(entry)));
  journal.acknowledge(ids.flatMap((id) => id ?? []));
}

function appendLines(entries: readonly NewJournalEntry[], group: number): void {
  for (let first = 0; first < entries.length; first += group) {
    const part = entries.slice(first, first + group);
    const text = part
      .map(({ siteId, slot, profile }) => JSON.stringify({ siteId, slot, profile, body: BODY }))
      .join("\n");
    writeSync(lines, `${text}\n`);
    fdatasyncSync(lines);
  }
}

function report(ways: readonly Way[]): void {
  const results = ways.map(({ name, roundMs, cpuMs }) => {
    const sorted = roundMs.toSorted((a, b) => a - b);
    const at = (share: number) => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10;
    return {
      way: name,
      cpuUsPerSnapshot: Math.round((cpuMs * 10_000) / (roundMs.length * SITES)) / 10,
      snapshotsPerS: Math.round(SITES / (at(0.5) / 1000)),
      p50Ms: at(0.5),
      p95Ms: at(0.95),
      p99Ms: at(0.99),
    };
  });
  console.table(results);
  const [grouped, ours, whole] = results;
  const ratio = (other: { snapshotsPerS: number } | undefined) =>
    Math.round(((ours?.snapshotsPerS ?? 0) / (other?.snapshotsPerS ?? Number.NaN)) * 100) / 100;
  console.log("goals: against lines, one fdatasync per round >= 0.8, p99 < 50 ms");
  const load = loadavg().map((value) => Math.round(value * 10) / 10);
  console.log(
    JSON.stringify({
      bench: "journal",
      againstGrouped: ratio(grouped),
      againstWhole: ratio(whole),
      p99Ms: ours?.p99Ms,
      load,
    }),
  );
}

function aRound(round: number): NewJournalEntry[] {
  const slot = new Date(Date.UTC(2026, 0, 1) + round * 10_000).toISOString();
  const body = new TextEncoder().encode(BODY);
  return Array.from({ length: SITES }, (_, site) => ({
    siteId: `site-${site}`,
    slot,
    profile: "bitmain-antbox-hk3@1",
    body,
  }));
}
