import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import { createWriter } from "../../../adapters/database/create-writer.ts";
import type { Database } from "../../../adapters/database/database.ts";
import { openDatabase } from "../../../adapters/database/open-database.ts";
import type { SnapshotWriter } from "../../../adapters/database/writer.ts";
import type { Journal } from "../../../adapters/journal/journal.ts";
import { openJournal } from "../../../adapters/journal/open-journal.ts";
import { createReplayer } from "../../../adapters/journal/replayer.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import { createFreshDatabase } from "../../services/fresh-database.ts";
import { type PostgresServer, startPostgres } from "../../services/postgres-server.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { addSites, aSnapshot } from "./snapshots.ts";

/** A server of its own, which the test crashes. The one shared by all suites must stay up. */
const isMissing = inject("databaseUrl") === null;
const SITES = 20;
const STEP_S = 1;
let server: PostgresServer;
let url: string;
let database: Database;
let siteIds: string[];
let folder: string;
const log = recordedLog();

beforeAll(async () => {
  if (isMissing) return;
  server = await startPostgres();
  ({ url } = await createFreshDatabase(server.url, { timescale: false }));
  database = await openDatabase({ url, dataDir: "", log: recordedLog() });
  siteIds = await addSites(database, SITES);
  folder = mkdtempSync(join(tmpdir(), "antbox-outage-"));
});
afterAll(async () => {
  if (isMissing) return;
  await database.close();
  await server.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** Collection in short: journal first, then the writer; what is replayed takes the same way. */
type Pipeline = {
  readonly journal: Journal;
  readonly writer: SnapshotWriter;
  collect(round: number): Promise<void>;
  stop(): Promise<void>;
};

function startPipeline(): Pipeline {
  const journal = openJournal({ path: join(folder, "journal.sqlite"), capBytes: 64 * 1024 * 1024, log: recordedLog() });
  const writer = createWriter({ database, journal, log });
  const stopReplay = createReplayer({ journal }).start(({ body, id }) => {
    writer.write(JSON.parse(new TextDecoder().decode(body)) as Snapshot, id);
  });
  return {
    journal,
    writer,
    async collect(round) {
      const slot = slotOf(round);
      await Promise.all(
        siteIds.map(async (siteId) => {
          const snapshot = aSnapshot({ siteId, slot, values: { box1_energy_kwh: round } });
          const body = new TextEncoder().encode(JSON.stringify(snapshot));
          writer.write(snapshot, await journal.append({ siteId, slot, profile: snapshot.profile, body }));
        }),
      );
    },
    async stop() {
      stopReplay();
      await writer.close();
      journal.close();
    },
  };
}

const startOfTest = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
const slotOf = (round: number) => new Date(startOfTest + round * STEP_S * 1000).toISOString();

test.skipIf(isMissing)("a crashed database costs nothing: no row lost, none double, each site in order", async () => {
  let pipeline = startPipeline();
  let round = 0;
  const collectRounds = async (count: number) => {
    for (let n = 0; n < count; n += 1) {
      await pipeline.collect(round);
      round += 1;
      await sleep(15);
    }
  };
  await collectRounds(10);
  await vi.waitFor(() => expect(pipeline.writer.stats().written).toBeGreaterThan(0));

  await server.stop("immediate");
  await collectRounds(5);
  await vi.waitFor(() => expect(pipeline.writer.stats()).toMatchObject({ state: "waiting_for_database" }));
  expect(await database.isReachable()).toBe(false);
  await collectRounds(40);
  expect(log.texts("warn"), "the writer kept everything in memory").toContain(
    "the writer is behind: it goes on from the journal",
  );
  expect(pipeline.writer.stats().queued).toBeLessThan(SITES * 25 + 1_000);

  // The collector restarts while the database is away, as after a crash.
  await pipeline.stop();
  pipeline = startPipeline();
  await collectRounds(10);
  expect(pipeline.journal.stats().rows).toBeGreaterThan(SITES * 40);

  await server.start();
  await collectRounds(30);
  await vi.waitFor(() => expect(pipeline.journal.stats().rows).toBe(0), { timeout: 60_000, interval: 100 });
  expect(pipeline.writer.stats()).toMatchObject({ queued: 0, quarantined: 0, lastError: null });
  await vi.waitFor(() => expect(pipeline.writer.stats().state).toBe("writing"));

  // By transaction, then by place in the table: the order in which rows came. Large batches are two transactions.
  const rows = await database.query(
    "select code, box1_energy_kwh as round, slot from sample join site on site.id = site_id where slot >= $1 order by sample.xmin::text::bigint, sample.tableoid, sample.ctid",
    [slotOf(0)],
    { timeoutMs: 20_000 },
  );
  expect(rows).toHaveLength(round * SITES);
  const expected = Array.from({ length: round }, (_, n) => n);
  for (const siteId of siteIds) {
    expect(
      rows.filter(({ code }) => code === siteId).map((row) => row["round"]),
      siteId,
    ).toEqual(expected);
  }
  await pipeline.stop();
});

test.skipIf(isMissing)("the platform starts while the database is away, and is ready when it comes", async () => {
  await server.stop("immediate");
  const log = recordedLog();
  const early = await openDatabase({ url, dataDir: "", log });
  try {
    await expect(early.query("select 1")).rejects.toMatchObject({ sqlState: null, code: "not_ready" });
    expect(await early.isReachable()).toBe(false);
    expect(log.texts("warn")).toContain("the database cannot be reached; collection goes on into the journal");
    await server.start();
    await early.whenReady();
    expect(early.engine).toMatchObject({ kind: "postgres", timescale: "none", ownPartitions: true });
    expect(await early.query("select 1 as one")).toEqual([{ one: 1 }]);
  } finally {
    await early.close();
    await server.start();
  }
});

test.skipIf(isMissing)("a server that refuses ends the start with one line, and without the address", async () => {
  const wrong = openDatabase({ url: `${server.url}/no_such_database`, dataDir: "", log: recordedLog() });
  await expect(wrong).rejects.toMatchObject({ code: "storage.unavailable" });
  const text = await openDatabase({
    url: `${server.url.replace("postgres@", "nobody:hunter2@")}/x`,
    dataDir: "",
    log: recordedLog(),
  }).catch(String);
  expect(text).toMatch(/refuses/);
  expect(text).not.toMatch(/127\.0\.0\.1|hunter2/);
});
