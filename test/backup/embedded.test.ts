import { execFile } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { copyStore } from "../../adapters/database/copy-store.ts";
import { isEmbedded, openDatabase } from "../../adapters/database/open-database.ts";
import { settleBatch } from "../../adapters/database/settle-batch.ts";
import { createNumberResolver } from "../../adapters/database/site-numbers.ts";
import { verifyAcknowledged } from "../../adapters/database/verify-acknowledged.ts";
import { openJournal } from "../../adapters/journal/open-journal.ts";
import { addSites, aSnapshot, slotAt } from "../adapters/database/snapshots.ts";
import { createFreshDataDir, type FreshDataDir } from "../services/fresh-pglite.ts";
import { recordedLog } from "../services/recorded-log.ts";
import { hashTables } from "../services/table-hashes.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const run = promisify(execFile);
const script = (name: string, ...args: string[]) => run(process.execPath, [path.join(ROOT, "scripts", name), ...args]);

describe("backup and restore of the embedded database", { timeout: 180_000 }, () => {
  let fresh: FreshDataDir;
  let work: string;
  let target: string;
  beforeEach(async () => {
    fresh = await createFreshDataDir();
    work = mkdtempSync(path.join(tmpdir(), "antbox-backup-"));
    target = path.join(work, "restored");
    writeFileSync(path.join(fresh.dataDir, "secret.key"), Buffer.alloc(32, 7).toString("base64"), { mode: 0o600 });
    mkdirSync(path.join(fresh.dataDir, "nodered", "node_modules"), { recursive: true });
    writeFileSync(path.join(fresh.dataDir, "nodered", "flows_cred.json"), "{}");
    writeFileSync(path.join(fresh.dataDir, "nodered", "node_modules", "big"), "x");
  });
  afterEach(() => {
    fresh.remove();
    rmSync(work, { recursive: true, force: true });
  });

  const openStore = (dataDir: string) => openDatabase({ url: null, dataDir, log: recordedLog() });
  const openBook = (dataDir: string) =>
    openJournal({
      path: path.join(dataDir, "journal.sqlite"),
      capBytes: 8 * 1024 ** 2,
      keepAcknowledged: true,
      log: recordedLog(),
    });

  /** Rows that went the whole way: journal, database, acknowledgement. */
  async function store(
    database: Awaited<ReturnType<typeof openStore>>,
    journal: ReturnType<typeof openBook>,
    slots: readonly string[],
  ): Promise<void> {
    const snapshots = slots.map((slot) => aSnapshot({ slot }));
    const ids: number[] = [];
    for (const { siteId, slot, profile } of snapshots) {
      ids.push(Number(await journal.append({ siteId, slot, profile, body: new Uint8Array(10) })));
    }
    const numbers = createNumberResolver(database);
    await settleBatch(
      { database, numbers, clock: Date.now, retentionDays: 14 },
      snapshots.map((snapshot, index) => ({ snapshot, journalId: ids[index] ?? null })),
    );
    journal.acknowledge(ids);
    const settled = () => journal.acknowledged(0, 1_000).map(({ id }) => id);
    await expect.poll(settled).toEqual(expect.arrayContaining(ids));
  }
  const backUp = async () => {
    await script("backup.ts", "--to", path.join(work, "backups"), "--data-dir", fresh.dataDir);
    return path.join(work, "backups", readdirSync(path.join(work, "backups"))[0] ?? "");
  };
  const slots = (from: number, count: number) => Array.from({ length: count }, (_, n) => slotAt(from + n));

  test("of a stopped platform gives back every row, the journal, the key and the flows", async () => {
    const database = await openStore(fresh.dataDir);
    const journal = openBook(fresh.dataDir);
    await addSites(database, 3);
    await store(database, journal, slots(0, 20));
    await journal.append({ siteId: "site-001", slot: slotAt(99), profile: "x@1", body: new Uint8Array(10) });
    const before = await hashTables(database);
    expect(before["public.sample"]?.rows).toBe(20);
    journal.close();
    await database.close();

    const folder = await backUp();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const { stdout } = await script("restore.ts", "--from", folder, "--data-dir", target);
    expect(stdout).toContain("restored the backup of");
    const restored = await openStore(target);
    const book = openBook(target);
    try {
      expect(await hashTables(restored)).toEqual(before);
      expect(book.pending(10, 0).map(({ slot }) => slot)).toEqual([slotAt(99)]);
    } finally {
      book.close();
      await restored.close();
    }
    for (const file of ["secret.key", "nodered/flows_cred.json"]) {
      expect(readFileSync(path.join(target, file))).toEqual(readFileSync(path.join(fresh.dataDir, file)));
    }
    expect(existsSync(path.join(target, "nodered", "node_modules"))).toBe(false);
    expect(readdirSync(path.join(target, "flows-of-backup"))).toContain("tab.dashboard.json");
  });

  test("of a running platform takes its newest copy, and the journal has what came after", async () => {
    const database = await openStore(fresh.dataDir);
    const journal = openBook(fresh.dataDir);
    try {
      await addSites(database, 3);
      await expect(backUp()).rejects.toThrow("run the job “backup”");
      await store(database, journal, slots(0, 20));
      if (!isEmbedded(database)) throw new Error("not embedded");
      const before = await hashTables(database);
      const copy = { dataDir: fresh.dataDir, journal, nowMs: Date.now() + 1_000, youngerThanMs: 0 };
      expect(await copyStore(database, copy)).toMatchObject({ copied: true });
      expect(await copyStore(database, { ...copy, youngerThanMs: 60_000 })).toMatchObject({ copied: false });
      await store(database, journal, slots(20, 5));

      const folder = await backUp();
      await script("restore.ts", "--from", folder, "--data-dir", target);
      const restored = await openStore(target);
      const book = openBook(target);
      try {
        expect(await hashTables(restored)).toEqual(before);
        expect(await verifyAcknowledged(restored, book)).toBe(5);
        expect(book.pending(10, 0).map(({ slot }) => slot)).toEqual(slots(20, 5));
      } finally {
        book.close();
        await restored.close();
      }
    } finally {
      journal.close();
      await database.close();
    }
  });

  test("has a whole journal, also while the platform writes into it as fast as it can", async () => {
    const database = await openStore(fresh.dataDir);
    const journal = openBook(fresh.dataDir);
    let isDone = false;
    let written = 0;
    const append = async () => {
      const body = new Uint8Array(4_000).fill(written % 251);
      await journal.append({ siteId: "site-001", slot: slotAt(written, 1), profile: "x@1", body });
      written += 1;
    };
    try {
      if (!isEmbedded(database)) throw new Error("not embedded");
      await copyStore(database, { dataDir: fresh.dataDir, journal, nowMs: Date.now(), youngerThanMs: 0 });
      for (let n = 0; n < 50; n += 1) await append();
      const busy = (async () => {
        while (!isDone) await append();
      })();
      for (let round = 1; round <= 3; round += 1) {
        const before = written;
        const copy = openBook(await backUp());
        const slotsKept = copy.pending(100_000, 0).map(({ slot }) => slot);
        copy.close();
        expect(slotsKept.length).toBeGreaterThanOrEqual(before);
        expect(slotsKept).toEqual(Array.from(slotsKept, (_, n) => slotAt(n, 1)));
        rmSync(path.join(work, "backups"), { recursive: true });
      }
      isDone = true;
      await busy;
    } finally {
      isDone = true;
      journal.close();
      await database.close();
    }
  });

  test("refuses a changed backup, and a folder with something in it", async () => {
    const folder = await backUp();
    mkdirSync(target);
    writeFileSync(path.join(target, "mine"), "");
    const restore = () => script("restore.ts", "--from", folder, "--data-dir", target);
    await expect(restore()).rejects.toThrow("is not empty");
    expect(readdirSync(target)).toEqual(["mine"]);
    rmSync(target, { recursive: true });
    appendFileSync(path.join(folder, "secret.key"), "x");
    await expect(restore()).rejects.toThrow("secret.key: is not what was backed up");
    rmSync(path.join(folder, "secret.key"));
    await expect(restore()).rejects.toThrow("secret.key: is missing");
    expect(existsSync(target)).toBe(false);
    await expect(script("restore.ts", "--from", work, "--data-dir", target)).rejects.toThrow("this is no backup");
  });
});
