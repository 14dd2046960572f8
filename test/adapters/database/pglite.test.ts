import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { copyStore } from "../../../adapters/database/copy-store.ts";
import { isEmbedded, openDatabase } from "../../../adapters/database/open-database.ts";
import { createPgliteDatabase } from "../../../adapters/database/pglite-database.ts";
import { settleBatch } from "../../../adapters/database/settle-batch.ts";
import { createNumberResolver } from "../../../adapters/database/site-numbers.ts";
import { isProvablyGone, thisProcess } from "../../../adapters/database/store-lock.ts";
import { startUpkeep } from "../../../adapters/database/upkeep.ts";
import { openJournal } from "../../../adapters/journal/open-journal.ts";
import { createFreshDataDir, type FreshDataDir } from "../../services/fresh-pglite.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { addSites, aSnapshot, slotAt } from "./snapshots.ts";

const OWNER = fileURLToPath(new URL("./pglite-owner.ts", import.meta.url));
// Each test opens the store, some twice: seconds on a quiet machine, much more on a busy one.
vi.setConfig({ testTimeout: 120_000 });
let fresh: FreshDataDir;
const open = (log = recordedLog()) => openDatabase({ url: null, dataDir: fresh.dataDir, log });
const lockFile = () => join(fresh.dataDir, "database.lock");

beforeEach(async () => {
  fresh = await createFreshDataDir();
});
afterEach(() => fresh.remove());

describe("the lock", () => {
  test("keeps a second process out, names the first, and is taken over after kill -9", async () => {
    const owner = spawn(process.execPath, [OWNER, fresh.dataDir], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise((resolve) => owner.once("exit", resolve));
    const written: number[] = [];
    try {
      await new Promise<void>((resolve) => {
        createInterface({ input: owner.stdout }).on("line", (line) => {
          written.push(Number(line));
          if (written.length === 20) resolve();
        });
      });
      await expect(open()).rejects.toMatchObject({
        code: "storage.locked",
        message: expect.stringContaining(`process ${owner.pid} on ${hostname()}`),
      });
    } finally {
      owner.kill("SIGKILL");
      await ended;
    }
    expect(existsSync(lockFile())).toBe(true);
    const database = await open();
    const rows = await database.query("select count(*)::int as n from profile_registry");
    expect(rows[0]?.["n"], "an acknowledged row was lost").toBeGreaterThanOrEqual(written.length);
    await database.close();
    expect(existsSync(lockFile())).toBe(false);
    expect(readdirSync(fresh.dataDir)).toEqual(["database"]);
  });

  test("is stale only when its owner is provably gone", () => {
    const me = thisProcess();
    const other = { ...me, pid: process.ppid, processStart: "1" };
    expect(isProvablyGone(me, me)).toBe(false);
    expect(isProvablyGone(other, me)).toBe(true);
    expect(isProvablyGone({ ...me, pid: 4_194_000 }, me)).toBe(true);
    expect(isProvablyGone({ ...me, bootId: "an earlier boot" }, me)).toBe(true);
    expect(isProvablyGone({ ...me, host: "elsewhere" }, me)).toBe(false);
    expect(isProvablyGone({ ...me, host: "elsewhere", bootId: "another" }, me)).toBe(false);
    expect(isProvablyGone(null, me)).toBe(false);
  });

  test("refuses a lock that nobody can read, and says what to do", async () => {
    writeFileSync(lockFile(), "{");
    await expect(open()).rejects.toThrow(/delete .*database\.lock/);
    expect(readFileSync(lockFile(), "utf8")).toBe("{");
    rmSync(lockFile());
  });
});

test("an endless query leaves the event loop alone, and only it is lost", async () => {
  const log = recordedLog();
  const database = await open(log);
  try {
    await addSites(database, 3);
    const before = performance.now();
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 10);
    const endless = database.query("select count(*) from generate_series(1, 1e15::bigint)", [], { timeoutMs: 500 });
    const later = [1, 2, 3].map((n) => database.query("select $1::int as n", [n]));
    await expect(endless).rejects.toMatchObject({ sqlState: "57014" });
    clearInterval(ticking);
    const waitedMs = performance.now() - before;
    expect(turns, "the main thread stood still").toBeGreaterThan(waitedMs / 10 / 4);
    expect(await Promise.all(later)).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]]);
    expect(await database.query("select count(*)::int as n from site")).toEqual([{ n: 3 }]);
    expect(log.texts("warn")).toContain("a query on the embedded database took too long and was ended");
  } finally {
    await database.close();
  }
});

test("close lets what is under way end, and refuses the rest", async () => {
  const database = await open();
  const underWay = database.query("select 1 as one");
  const closing = database.close();
  await expect(database.query("select 2")).rejects.toMatchObject({ code: "closed" });
  expect(await underWay).toEqual([{ one: 1 }]);
  await closing;
  await database.close();
});

test("a store that cannot be opened is an error with the folder's name", async () => {
  rmSync(join(fresh.dataDir, "database"), { recursive: true });
  writeFileSync(join(fresh.dataDir, "database"), "a file");
  await expect(open()).rejects.toMatchObject({
    code: "storage.unavailable",
    message: expect.stringContaining(fresh.dataDir),
  });
  expect(existsSync(lockFile())).toBe(false);
});

test.for([
  { how: "packed", packBelowBytes: 1e12 },
  { how: "as a folder", packBelowBytes: 0 },
])("a copy $how holds the store, and calls wait for it", async ({ packBelowBytes }) => {
  const database = await createPgliteDatabase(join(fresh.dataDir, "database"), recordedLog(), packBelowBytes);
  await addSites(database, 4);
  const copying = database.dump(fresh.dataDir, "copy");
  const waiting = database.query("select count(*)::int as n from site");
  const { path, bytes } = await copying;
  expect(bytes).toBeGreaterThan(1_000_000);
  expect(await waiting).toEqual([{ n: 4 }]);
  await database.close();
  if (packBelowBytes > 0) return expect(readFileSync(path).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
  const copy = await createPgliteDatabase(path, recordedLog());
  expect(await copy.query("select count(*)::int as n from site")).toEqual([{ n: 4 }]);
  await copy.close();
});

test("what the store has forgotten is replayed, and a daily copy lets the journal forget", async () => {
  const database = await open();
  const journal = openJournal({
    path: join(fresh.dataDir, "journal.sqlite"),
    capBytes: 8 * 1024 * 1024,
    keepAcknowledged: true,
    log: recordedLog(),
  });
  const snapshots = [1, 2, 3].map((n) => aSnapshot({ slot: slotAt(n) }));
  const ids: number[] = [];
  for (const { siteId, slot, profile } of snapshots) {
    ids.push(Number(await journal.append({ siteId, slot, profile, body: new Uint8Array(10) })));
  }
  const store = () => ({ database, numbers: createNumberResolver(database), clock: Date.now, retentionDays: 14 });
  try {
    await addSites(database, 1);
    await settleBatch(
      store(),
      snapshots.map((snapshot, index) => ({ snapshot, journalId: ids[index] ?? null })),
    );
    journal.acknowledge(ids);
    await vi.waitFor(() => expect(journal.acknowledged(0, 10)).toHaveLength(3));

    await database.query("delete from sample where slot = $1", [snapshots[1]?.slot]);
    const stop = startUpkeep({ database, journal, log: recordedLog() });
    await vi.waitFor(() => expect(journal.hasBacklog()).toBe(true), 20_000);
    expect(journal.pending(10, 30_000).map(({ id }) => id)).toEqual([ids[1]]);
    journal.acknowledge(ids);
    await vi.waitFor(() => expect(journal.acknowledged(0, 10)).toHaveLength(3));
    await stop();

    if (!isEmbedded(database)) throw new Error("not embedded");
    const copy = { dataDir: fresh.dataDir, journal, nowMs: Date.now() + 1_000, youngerThanMs: 0 };
    expect(await copyStore(database, copy)).toMatchObject({ copied: true, forgotten: 3 });
    expect(journal.acknowledged(0, 10)).toEqual([]);
    await copyStore(database, { ...copy, nowMs: copy.nowMs + 1_000 });
    await copyStore(database, { ...copy, nowMs: copy.nowMs + 2_000 });
    const copies = readdirSync(join(fresh.dataDir, "backup"));
    expect(copies).toHaveLength(2);
    for (const name of copies) expect(name).toMatch(/^database-\d{8}T\d{6}Z\.tar\.gz$/);
  } finally {
    journal.close();
    await database.close();
  }
});
