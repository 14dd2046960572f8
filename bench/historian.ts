import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Database } from "../adapters/database/database.ts";
import { openDatabase } from "../adapters/database/open-database.ts";
import { POINT_COLUMNS } from "../adapters/database/point-columns.ts";
import { saveSamples } from "../adapters/database/sample-repository.ts";
import type { Snapshot } from "../domain/telemetry/snapshot.ts";
import { createFreshDatabase } from "../test/services/fresh-database.ts";
import { startPostgres } from "../test/services/postgres-server.ts";
import { recordedLog } from "../test/services/recorded-log.ts";
import { addSites, DAY_MS, fillRollups, fillSamples, type Load, learnColumns, sizeOf } from "./history-load/fill.ts";
import { fillNarrow } from "./history-load/narrow.ts";
import {
  latestQuestion,
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
 * Options: --days 90 --sites 150 --interval 60 --narrow-days 1 --pglite-days 2 --times 40
 */
const { values: options } = parseArgs({
  options: {
    days: { type: "string", default: process.env["HISTORIAN_DAYS"] ?? "90" },
    sites: { type: "string", default: "150" },
    interval: { type: "string", default: "60" },
    "narrow-days": { type: "string", default: "1" },
    "pglite-days": { type: "string", default: "2" },
    times: { type: "string", default: "40" },
  },
});
const TIMES = wholeNumber("times", options.times);
const INGEST_GOAL = 15_000;
const INGEST_ROWS = 60_000;
const MEGABYTE = 1024 ** 2;
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

async function fill(database: Database, load: Load, engine: string): Promise<void> {
  await addSites(database, load.sites);
  await learnColumns(database);
  const start = performance.now();
  await fillSamples(database, load, (text) => console.log(`${engine}: ${text}`));
  const { buckets, ms } = await fillRollups(database, load);
  const [raw, fine, hours] = [
    await sizeOf(database, "sample"),
    await sizeOf(database, "rollup_5m"),
    await sizeOf(database, "rollup_1h"),
  ];
  const sizes = {
    snapshots: raw.rows,
    mbPerMillion: round(raw.bytes / MEGABYTE / (raw.rows / 1e6)),
    rollup5mMbPerMillion: round(fine.bytes / MEGABYTE / (raw.rows / 1e6)),
    rollup1hMbPerMillion: round(hours.bytes / MEGABYTE / (raw.rows / 1e6)),
    rollUpMsPerBucket: round(ms / Math.max(1, buckets)),
    fillS: Math.round((performance.now() - start) / 1000),
  };
  result[engine === "PGlite" ? "sizePglite" : "size"] = sizes;
  console.log(`${engine}:`, JSON.stringify(sizes));
}

async function ingest(database: Database, engine: string): Promise<Record<string, number>> {
  const rows = engine === "PGlite" ? INGEST_ROWS / 3 : INGEST_ROWS;
  const batches = { perRound: LOAD.sites, perBatch: 1_000 };
  const speeds: Record<string, number> = {};
  for (const [name, size] of Object.entries(batches)) {
    const firstMs = END_MS + (name === "perRound" ? 0 : DAY_MS / 2);
    const rounds = Array.from({ length: Math.ceil(rows / size) }, (_, index) => aBatch(size, firstMs + index * 10_000));
    const start = performance.now();
    for (const samples of rounds) await saveSamples(database, samples);
    speeds[`${name}RowsPerS`] = Math.round((rounds.length * size) / ((performance.now() - start) / 1000));
  }
  console.log(`${engine}: ingest`, JSON.stringify(speeds), engine === "PGlite" ? "" : `(goal ≥ ${INGEST_GOAL})`);
  return speeds;
}

async function askAll(database: Database, load: Load, engine: string): Promise<void> {
  for (const question of questionsFor(database, load))
    lines.push(lineOf(question, await measure(question, TIMES), engine));
  if (engine === "PGlite") return;
  const latest = await latestQuestion(aBatch(load.sites, END_MS).map(({ snapshot }) => snapshot));
  lines.push(lineOf(latest, await measure(latest, TIMES), "live state"));
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
    lines.push({ ...line, narrowP50Ms: round(other.p50Ms), narrowRatio: round(own.p50Ms / other.p50Ms, 3) });
  }
}

function lineOf({ name, goalMs }: Question, { p50Ms, p95Ms }: Timing, engine: string): Line {
  return { what: name, engine, p50Ms: round(p50Ms), p95Ms: round(p95Ms), goalMs };
}

function report(): void {
  console.table(lines);
  console.log(JSON.stringify({ ...result, questions: lines, load: loadavg().map((value) => round(value)) }));
}

/** A whole round of waves, so that no two are alike. */
function aBatch(size: number, slotMs: number) {
  const slot = new Date(slotMs).toISOString();
  return Array.from({ length: size }, (_, index) => {
    // A batch larger than the fleet holds several rounds.
    const own = new Date(slotMs + Math.floor(index / LOAD.sites) * 1_000).toISOString();
    const site = (index % LOAD.sites) + 1;
    const values = Object.fromEntries(
      POINT_COLUMNS.map(({ point, type }, column) => {
        if (type === "boolean") return [point, (site + column) % 7 !== 0];
        if (type === "text") return [point, "auto"];
        return [point, Math.round((30 + 10 * Math.sin(slotMs / 9_000 + site + column)) * 10) / 10];
      }),
    );
    const snapshot: Snapshot = {
      siteId: siteId(site),
      slot: own,
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
