import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import pg from "pg";
import type { Database } from "../adapters/database/database.ts";
import { openDatabase } from "../adapters/database/open-database.ts";
import { POINT_COLUMNS } from "../adapters/database/point-columns.ts";
import { saveSamples } from "../adapters/database/sample-repository.ts";
import type { Snapshot } from "../domain/telemetry/snapshot.ts";
import { createFreshDatabase } from "../test/services/fresh-database.ts";
import { startPostgres } from "../test/services/postgres-server.ts";
import { recordedLog } from "../test/services/recorded-log.ts";

/**
 * Storing rounds of 150 snapshots with every column: our one statement beside COPY (the floor, which knows no conflicts)
 * and beside 150 prepared inserts in one transaction, on the same TimescaleDB with fsync on; then ours on PGlite. The
 * ways take turns, each in a database of its own.
 */
const SITES = 150;
const ROUNDS_PER_TURN = 20;
const TURNS = 5;
const PROFILE = 1;
const START_MS = Math.floor(Date.now() / 86_400_000) * 86_400_000;

const COLUMNS = [
  "site_id",
  "slot",
  "collected_at",
  "profile",
  "latency_ms",
  "attempts",
  ...POINT_COLUMNS.map(({ point }) => point),
  "quality",
  "faults",
  "extra",
];

type Way = {
  readonly name: string;
  store(samples: readonly Sample[]): Promise<unknown>;
  readonly roundMs: number[];
  cpuMs: number;
};
type Sample = { readonly siteNumber: number; readonly profileNumber: number; readonly snapshot: Snapshot };

const server = await startPostgres({ fsync: "on", shared_buffers: "256MB" });
const folder = mkdtempSync(join(tmpdir(), "antbox-bench-"));
const closers: (() => Promise<unknown>)[] = [];
try {
  await run();
} finally {
  for (const close of closers.reverse()) await close();
  await server.dispose();
  rmSync(folder, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const pglite = await openDatabase({ url: null, dataDir: folder, log: recordedLog() });
  closers.push(() => pglite.close());
  const ways: Way[] = [
    { name: "COPY text (floor)", store: copyInto(await client()), roundMs: [], cpuMs: 0 },
    { name: "ours: unnest", store: saveInto(await postgres()), roundMs: [], cpuMs: 0 },
    { name: "150 inserts, one transaction", store: insertInto(await client()), roundMs: [], cpuMs: 0 },
    { name: "ours: PGlite", store: saveInto(pglite), roundMs: [], cpuMs: 0 },
  ];
  let round = 0;
  for (let turn = 0; turn < TURNS; turn += 1) {
    const rounds = Array.from({ length: ROUNDS_PER_TURN }, () => aRound(round++));
    for (const way of ways) await measure(way, rounds);
  }
  report(ways, await worstLoopDelay(pglite));
}

async function measure(way: Way, rounds: readonly (readonly Sample[])[]): Promise<void> {
  const before = process.cpuUsage();
  for (const samples of rounds) {
    const start = performance.now();
    await way.store(samples);
    way.roundMs.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(before);
  way.cpuMs += (user + system) / 1000;
}

function report(ways: readonly Way[], loopDelayMs: number): void {
  const results = ways.map(({ name, roundMs, cpuMs }) => {
    const sorted = roundMs.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    const p95 = sorted[Math.floor(sorted.length * 0.95)] ?? 0;
    const cpuUs = (cpuMs * 1000) / (roundMs.length * SITES);
    return {
      way: name,
      rowsPerS: Math.round(SITES / (median / 1000)),
      p50Ms: round1(median),
      p95Ms: round1(p95),
      cpuUsPerRow: round1(cpuUs),
    };
  });
  console.table(results);
  const speed = (name: string) => results.find(({ way }) => way === name)?.rowsPerS ?? Number.NaN;
  const ours = speed("ours: unnest");
  const ratios = {
    againstCopy: round2(ours / speed("COPY text (floor)")),
    againstInserts: round2(ours / speed("150 inserts, one transaction")),
    pgliteAgainstPostgres: round2(speed("ours: PGlite") / ours),
    p95Ms: results[1]?.p95Ms,
    pgliteLoopDelayMs: round1(loopDelayMs),
    load: loadavg().map(round1),
  };
  console.log("goals: against COPY >= 0.5, against inserts >= 3, PGlite >= 0.35, p95 <= 50 ms, loop delay < 50 ms");
  console.log(JSON.stringify({ bench: "ingest", columns: POINT_COLUMNS.length, ...ratios }));
}

/** How long our own thread stands still at worst while PGlite works through everything. */
async function worstLoopDelay(database: Database): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const text =
    "select site_id, avg(supply_temp_c), stddev(box1_power_kw), count(*) from sample, generate_series(1, 20) group by site_id";
  await database.query(text, [], { timeoutMs: 30_000 });
  delay.disable();
  return delay.max / 1e6;
}

async function client(): Promise<pg.Client> {
  const { url, drop } = await createFreshDatabase(server.url, { timescale: true });
  const opened = new pg.Client({ connectionString: url, options: "-c timezone=UTC" });
  await opened.connect();
  closers.push(drop, () => opened.end());
  return opened;
}

async function postgres(): Promise<Database> {
  const { url, drop } = await createFreshDatabase(server.url, { timescale: true });
  const database = await openDatabase({ url, dataDir: folder, log: recordedLog() });
  closers.push(drop, () => database.close());
  return database;
}

function saveInto(database: Database): Way["store"] {
  return (samples) => saveSamples(database, samples);
}

function cells({ siteNumber, profileNumber, snapshot }: Sample): unknown[] {
  const { slot, collectedAt, latencyMs, attempts, values, quality, faults } = snapshot;
  const points = POINT_COLUMNS.map(({ point }) => values[point] ?? null);
  return [
    siteNumber,
    slot,
    collectedAt,
    profileNumber,
    latencyMs,
    attempts,
    ...points,
    JSON.stringify(quality),
    JSON.stringify(faults),
    null,
  ];
}

function insertInto(session: pg.Client): Way["store"] {
  const text = `insert into sample (${COLUMNS.join(", ")}) values (${COLUMNS.map((_, i) => `$${i + 1}`).join(", ")}) on conflict do nothing`;
  return async (samples) => {
    await session.query("begin");
    for (const sample of samples) await session.query({ name: "insert-one", text, values: cells(sample) });
    await session.query("commit");
  };
}

/** The wire protocol of COPY, as far as `pg` leaves it to its users. */
type CopyConnection = { query(text: string): void; sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void };

function copyInto(session: pg.Client): Way["store"] {
  const text = `copy sample (${COLUMNS.join(", ")}) from stdin`;
  return (samples) => {
    const lines = samples.map((sample) =>
      cells(sample)
        .map((cell) => (cell === null ? "\\N" : String(cell)))
        .join("\t"),
    );
    const body = Buffer.from(`${lines.join("\n")}\n`);
    return new Promise<void>((resolve, reject) => {
      const copy = {
        submit: (connection: CopyConnection) => connection.query(text),
        handleCopyInResponse(connection: CopyConnection) {
          connection.sendCopyFromChunk(body);
          connection.endCopyFrom();
        },
        handleCommandComplete: () => undefined,
        handleReadyForQuery: () => resolve(),
        handleError: reject,
      };
      session.query(copy as unknown as pg.Submittable);
    });
  };
}

/** Random walks, so that no two rounds are alike. */
function aRound(round: number): Sample[] {
  const slot = new Date(START_MS + round * 10_000).toISOString();
  return Array.from({ length: SITES }, (_, site) => {
    const values = Object.fromEntries(
      POINT_COLUMNS.map(({ point, type }, index) => {
        const wave = Math.round((30 + 10 * Math.sin(round / 9 + site + index)) * 10) / 10;
        if (type === "boolean") return [point, (round + site + index) % 7 !== 0];
        if (type === "text") return [point, "auto"];
        return [point, type === "real" ? wave : 100_000 + round * 1.25 + site];
      }),
    );
    const snapshot: Snapshot = {
      siteId: `site-${site}`,
      slot,
      collectedAt: slot,
      profile: "bitmain-antbox-hk3@1",
      values,
      quality: site % 10 === 0 ? { supply_temp_c: "estimated" } : {},
      faults: [],
      unmapped: [],
      attempts: 1,
      latencyMs: 84,
    };
    return { siteNumber: site + 1, profileNumber: PROFILE, snapshot };
  });
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
