import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createWriter } from "../adapters/database/create-writer.ts";
import type { Database } from "../adapters/database/database.ts";
import { openDatabase } from "../adapters/database/open-database.ts";
import { POINT_COLUMNS } from "../adapters/database/point-columns.ts";
import { sortClosedDays } from "../adapters/database/sort-days.ts";
import type { Snapshot } from "../domain/telemetry/snapshot.ts";
import { createFreshDatabase } from "../test/services/fresh-database.ts";
import { startPostgres } from "../test/services/postgres-server.ts";
import { recordedLog } from "../test/services/recorded-log.ts";
import { addSites, DAY_MS, fillRollups, fillSamples, type Load, learnColumns, sizeOf } from "./history-load/fill.ts";
import { fillNarrow } from "./history-load/narrow.ts";
import {
  latestQuestions,
  measure,
  narrowPairs,
  type Question,
  questionsFor,
  siteId,
  type Timing,
} from "./history-load/questions.ts";

/**
 * A historian of 90 days × 150 sites × 60 s on TimescaleDB with fsync on: disk, ingest through the writer's own statement,
 * and the questions of the screens through the functions that the API calls. Beside it the same values as one row each (a
 * day of them by default: 90 would fill 100 GB), then ours on PGlite with some days.
 *
 * Options: --days 90 --sites 150 --interval 60 --narrow-days 1 --pglite-days 2 --times 40; --keep leaves the filled database
 * to others, such as bench/ui-loop.ts, until SIGUSR1.
 */
const { values: options } = parseArgs({
  options: {
    days: { type: "string", default: process.env["HISTORIAN_DAYS"] ?? "90" },
    sites: { type: "string", default: "150" },
    interval: { type: "string", default: "60" },
    "narrow-days": { type: "string", default: "1" },
    "pglite-days": { type: "string", default: "2" },
    times: { type: "string", default: "40" },
    keep: { type: "boolean", default: false },
  },
});
const TIMES = wholeNumber("times", options.times);
const INGEST_GOAL = 15_000;
const INGEST_ROWS = 60_000;
/** Two batches ahead: the writer is never out of work, and never lets go of anything. */
const MOST_QUEUED = 2_000;
const NO_JOURNAL = {
  acknowledge: () => undefined,
  release: () => undefined,
  hold: () => undefined,
  quarantine: () => undefined,
  isReplayed: () => false,
  hasBacklog: () => false,
};
const MEGABYTE = 1024 ** 2;
const { signal } = new AbortController();
const END_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const LOAD: Load = {
  days: wholeNumber("days", options.days),
  sites: wholeNumber("sites", options.sites),
  intervalS: wholeNumber("interval", options.interval),
  endMs: END_MS,
};

type Line = {
  what: string;
  engine: string;
  p50Ms: number;
  p95Ms: number;
  goalMs: number | null;
  narrowP50Ms?: number;
  narrowRatio?: number;
};
const lines: Line[] = [];
const folder = mkdtempSync(join(tmpdir(), "antbox-historian-"));
const result: Record<string, unknown> = {
  bench: "historian",
  ...LOAD,
  endMs: undefined,
  columns: POINT_COLUMNS.length,
};

try {
  await onPostgres();
  const pgliteDays = Number(options["pglite-days"]);
  if (pgliteDays > 0) await onPglite({ ...LOAD, days: pgliteDays });
  report();
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function onPostgres(): Promise<void> {
  const server = await startPostgres({ fsync: "on", shared_buffers: "1GB", max_wal_size: "8GB", work_mem: "32MB" });
  try {
    const { url, drop } = await createFreshDatabase(server.url, { timescale: true });
    const database = await openDatabase({ url, dataDir: folder, log: recordedLog() });
    try {
      await database.whenReady();
      await fill(database, LOAD, "TimescaleDB");
      result["ingest"] = await ingest(database, "TimescaleDB");
      await askAll(database, LOAD, "TimescaleDB");
      if (options.keep) await keepUntilSignal(url);
      const narrowDays = Math.min(LOAD.days, Number(options["narrow-days"]));
      if (narrowDays > 0) await beside(database, narrowDays);
    } finally {
      await database.close();
      await drop();
    }
  } finally {
    await server.dispose();
  }
}

async function onPglite(load: Load): Promise<void> {
  const database = await openDatabase({ url: null, dataDir: folder, log: recordedLog() });
  try {
    await fill(database, load, "PGlite");
    result["ingestPglite"] = await ingest(database, "PGlite");
    await askAll(database, load, "PGlite");
  } finally {
    await database.close();
  }
}

async function keepUntilSignal(url: string): Promise<void> {
  console.log(`the database is kept at ${url}; kill -USR1 ${process.pid} goes on`);
  const held = setInterval(() => undefined, 60_000);
  await new Promise((resolve) => process.once("SIGUSR1", resolve));
  clearInterval(held);
}

async function fill(database: Database, load: Load, engine: string): Promise<void> {
  await addSites(database, load.sites);
  await learnColumns(database);
  const start = performance.now();
  await fillSamples(database, load, (text) => console.log(`${engine}: ${text}`));
  const { buckets, ms } = await fillRollups(database, load);
  const sortStart = performance.now();
  // What the nightly job does, each night for one day.
  const isSorting = database.engine.kind === "postgres";
  const { sorted } = isSorting
    ? await sortClosedDays(database, { nowMs: load.endMs + DAY_MS, signal })
    : { sorted: [] };
  const sortS = (performance.now() - sortStart) / 1000;
  const [raw, fine, turned, hours] = [
    await sizeOf(database, "sample"),
    await sizeOf(database, "rollup_5m"),
    await sizeOf(database, "fleet_5m"),
    await sizeOf(database, "rollup_1h"),
  ];
  const sizes = {
    snapshots: raw.rows,
    mbPerMillion: round(raw.bytes / MEGABYTE / (raw.rows / 1e6)),
    rollup5mMbPerMillion: round(fine.bytes / MEGABYTE / (raw.rows / 1e6)),
    fleet5mMbPerMillion: round(turned.bytes / MEGABYTE / (raw.rows / 1e6)),
    rollup1hMbPerMillion: round(hours.bytes / MEGABYTE / (raw.rows / 1e6)),
    rollUpMsPerBucket: round(ms / Math.max(1, buckets)),
    sortSPerDay: round(sortS / Math.max(1, sorted.length)),
    fillS: Math.round((performance.now() - start) / 1000),
  };
  result[engine === "PGlite" ? "sizePglite" : "size"] = sizes;
  console.log(`${engine}:`, JSON.stringify(sizes));
}

/** Rounds through the product's own writer, as fast as it takes them, as after an outage. */
async function ingest(database: Database, engine: string): Promise<Record<string, number>> {
  const rows = engine === "PGlite" ? INGEST_ROWS / 3 : INGEST_ROWS;
  const rounds = Array.from({ length: Math.ceil(rows / LOAD.sites) }, (_, index) =>
    aRound(END_MS + index * 10_000).map(({ snapshot }) => snapshot),
  );
  const writer = createWriter({ database, journal: NO_JOURNAL, log: recordedLog() });
  const start = performance.now();
  for (const round of rounds) {
    for (const snapshot of round) writer.write(snapshot, null);
    while (writer.stats().queued > MOST_QUEUED) await sleep(1);
  }
  while (writer.stats().queued > 0) await sleep(1);
  const seconds = (performance.now() - start) / 1000;
  const { written, quarantined } = writer.stats();
  await writer.close();
  if (written !== rounds.length * LOAD.sites) throw new Error(`only ${written} stored, ${quarantined} refused`);
  const speeds = { rowsPerS: Math.round(written / seconds) };
  console.log(`${engine}: ingest`, JSON.stringify(speeds), engine === "PGlite" ? "" : `(goal ≥ ${INGEST_GOAL})`);
  return speeds;
}

async function askAll(database: Database, load: Load, engine: string): Promise<void> {
  for (const question of questionsFor(database, load)) add(lineOf(question, await measure(question, TIMES), engine));
  if (engine === "PGlite") return;
  const latest = await latestQuestions((n) => aRound(END_MS + n * 60_000).map(({ snapshot }) => snapshot));
  for (const question of latest.questions) add(lineOf(question, await measure(question, TIMES), "live state"));
  await latest.close();
}

async function beside(database: Database, days: number): Promise<void> {
  console.log(`narrow: filling ${days} d`);
  await fillNarrow(database, END_MS - days * DAY_MS, END_MS);
  const { rows, bytes } = await sizeOf(database, "narrow");
  const snapshots = (days * DAY_MS * LOAD.sites) / LOAD.intervalS / 1000;
  const mbPerMillion = round(bytes / MEGABYTE / (snapshots / 1e6));
  const wide = (result["size"] as { mbPerMillion: number }).mbPerMillion;
  result["narrow"] = { rows, mbPerMillion, diskRatio: round(wide / mbPerMillion, 3) };
  console.log("narrow:", JSON.stringify(result["narrow"]));
  for (const { ours, narrow } of narrowPairs(database, LOAD, days)) {
    const [own, other] = [await measure(ours, TIMES), await measure(narrow, Math.min(TIMES, 15))];
    const line = lineOf({ ...ours, goalMs: null, name: `beside narrow: ${ours.name}` }, own, "TimescaleDB");
    add({ ...line, narrowP50Ms: round(other.p50Ms), narrowRatio: round(own.p50Ms / other.p50Ms, 3) });
  }
}

/** Said at once: the whole takes long, and what was measured should outlive a fault further on. */
function add(line: Line): void {
  lines.push(line);
  console.log(JSON.stringify(line));
}

function lineOf({ name, goalMs }: Question, { p50Ms, p95Ms }: Timing, engine: string): Line {
  return { what: name, engine, p50Ms: round(p50Ms), p95Ms: round(p95Ms), goalMs };
}

function report(): void {
  console.table(lines);
  console.log(JSON.stringify({ ...result, questions: lines, load: loadavg().map((value) => round(value)) }));
}

/** Waves, so that no two rounds are alike. */
function aRound(slotMs: number) {
  const slot = new Date(slotMs).toISOString();
  return Array.from({ length: LOAD.sites }, (_, index) => {
    const site = index + 1;
    const values = Object.fromEntries(
      POINT_COLUMNS.map(({ point, type }, column) => {
        if (type === "boolean") return [point, (site + column) % 7 !== 0];
        if (type === "text") return [point, "auto"];
        return [point, Math.round((30 + 10 * Math.sin(slotMs / 9_000 + site + column)) * 10) / 10];
      }),
    );
    const snapshot: Snapshot = {
      siteId: siteId(site),
      slot,
      collectedAt: slot,
      profile: "bitmain-antbox-hk3@1",
      values,
      quality: {},
      faults: [],
      unmapped: [],
      attempts: 1,
      latencyMs: 84,
    };
    return { siteNumber: site, profileNumber: 1, snapshot };
  });
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} is "${text}": a whole number of 1 or more`);
  return value;
}

function round(value: number, digits = 1): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
