import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createWriter, type WriterOptions } from "../../../adapters/database/create-writer.ts";
import type { Database } from "../../../adapters/database/database.ts";
import type { SnapshotWriter } from "../../../adapters/database/writer.ts";
import { upsertSites } from "../../../adapters/inventory/site-repository.ts";
import type { Journal } from "../../../adapters/journal/journal.ts";
import { openJournal } from "../../../adapters/journal/open-journal.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { ENGINES, type OpenedEngine } from "./engines.ts";
import { addSites, aSite, aSnapshot, slotAt } from "./snapshots.ts";

const COUNTS = {
  ...{ durationMs: 5, sites: 1, ok: 1, late: 0, skipped: 0 },
  ...{ failed: {}, failedSites: {}, lateSites: [], slowest: null },
};

describe.for(ENGINES)("the writer on $name", ({ isMissing, open }) => {
  let opened: OpenedEngine;
  let database: Database;
  let folder: string;
  let journal: Journal;
  let writer: SnapshotWriter;

  beforeAll(async () => {
    if (isMissing) return;
    opened = await open();
    database = opened.database;
    await addSites(database, 10);
  });
  afterAll(() => opened?.dispose());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antbox-writer-"));
    journal = openJournal({ path: join(folder, "journal.sqlite"), capBytes: 16 * 1024 * 1024, log: recordedLog() });
  });
  afterEach(async () => {
    await writer?.close();
    journal.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const it = test.skipIf(isMissing);
  const start = (options: Partial<WriterOptions> = {}) => {
    writer = createWriter({ database, journal, log: recordedLog(), ...options });
  };
  const keep = (snapshot: Snapshot) => {
    const body = new TextEncoder().encode(JSON.stringify(snapshot));
    return journal.append({ siteId: snapshot.siteId, slot: snapshot.slot, profile: snapshot.profile, body });
  };
  const isStored = async ({ siteId, slot }: Snapshot) => {
    const text = "select from sample join site on site.id = site_id where code = $1 and slot = $2";
    return (await database.query(text, [siteId, slot])).length === 1;
  };

  it("stores, and acknowledges after the commit", async () => {
    start();
    const snapshots = [1, 2, 3].map((n) => aSnapshot({ siteId: `site-00${n}` }));
    for (const snapshot of snapshots) writer.write(snapshot, await keep(snapshot));
    await vi.waitFor(() =>
      expect(writer.stats()).toMatchObject({ written: 3, queued: 0, lastError: null, state: "writing" }),
    );
    await vi.waitFor(() => expect(journal.stats().rows).toBe(0));
    expect(await Promise.all(snapshots.map(isStored))).toEqual([true, true, true]);
    expect(writer.stats().lagS).toBeGreaterThan(0);
  });

  it("acknowledges what was stored before", async () => {
    start();
    const snapshot = aSnapshot({ siteId: "site-001" });
    writer.write(snapshot, await keep(snapshot));
    await vi.waitFor(() => expect(writer.stats().duplicates).toBe(1));
    await vi.waitFor(() => expect(journal.stats().rows).toBe(0));
    expect(writer.stats().written).toBe(0);
  });

  it("stores what the journal could not keep", async () => {
    start();
    const snapshot = aSnapshot({ siteId: "site-004" });
    writer.write(snapshot, null);
    await vi.waitFor(() => expect(writer.stats().written).toBe(1));
  });

  it("puts a poisoned row in quarantine, alone and with the reason", async () => {
    start();
    const poison = aSnapshot({ siteId: "site-005", slot: slotAt(10), values: { firmware_version: "a\u0000b" } });
    const good = [1, 2, 3, 4].map((n) => aSnapshot({ siteId: "site-005", slot: slotAt(10 + n) }));
    for (const snapshot of [good[0], good[1], poison, good[2], good[3]]) {
      if (snapshot) writer.write(snapshot, await keep(snapshot));
    }
    await vi.waitFor(() => expect(writer.stats()).toMatchObject({ written: 4, quarantined: 1 }));
    await vi.waitFor(() => expect(journal.stats()).toMatchObject({ rows: 0, quarantined: 1 }));
    expect(journal.quarantined(1)[0]).toMatchObject({
      siteId: "site-005",
      slot: poison.slot,
      error: expect.stringContaining("22P05"),
    });
  });

  it("waits a while for a site that is not there yet, then says what to do", async () => {
    start({ strangerGraceMs: 4_000 });
    const early = aSnapshot({ siteId: "site-early" });
    const stranger = aSnapshot({ siteId: "site-stranger" });
    writer.write(early, await keep(early));
    writer.write(stranger, await keep(stranger));
    await vi.waitFor(() => expect(writer.stats().queued).toBe(2));
    await upsertSites(database, [aSite("site-early")]);
    await vi.waitFor(() => expect(writer.stats()).toMatchObject({ written: 1, quarantined: 1, queued: 0 }), 15_000);
    expect(journal.quarantined(1)[0]).toMatchObject({
      siteId: "site-stranger",
      error: expect.stringContaining("not in the inventory"),
    });
  });

  it("keeps one rejected reply per profile, kind and day, and acknowledges all", async () => {
    start();
    const body = new Uint8Array(300 * 1024).fill(1);
    const bad = (n: number, reason: string) => ({ siteId: "site-006", slot: slotAt(20 + n), profile: "x@1", reason });
    for (const n of [1, 2, 3]) {
      const rejected = bad(n, `supply_temp_c: "hot${n}" is no number, at position ${n}\u0000`);
      writer.writeRejected(rejected, await keep(aSnapshot({ siteId: "site-006", slot: rejected.slot })), body);
    }
    writer.writeRejected(
      bad(4, "no parameters"),
      await keep(aSnapshot({ siteId: "site-006", slot: slotAt(24) })),
      null,
    );
    await vi.waitFor(() => expect(journal.stats().rows).toBe(0));
    const rows = await database.query(
      "select reason, length(body) as kept, body_size from raw_payload order by reason",
    );
    expect(rows).toEqual([
      { reason: "no parameters", kept: null, body_size: 0 },
      { reason: 'supply_temp_c: "hot1" is no number, at position 1 ', kept: 256 * 1024, body_size: 300 * 1024 },
    ]);
  });

  it("keeps how rounds went", async () => {
    start({ collector: "writer-test" });
    writer.writeRound({ slot: slotAt(1), startedAt: slotAt(1), ...COUNTS });
    await vi.waitFor(async () => {
      expect(await database.query("select ok from round where collector = 'writer-test'")).toEqual([{ ok: 1 }]);
    });
  });

  it("closes the batch with the report of its round", async () => {
    start({ batchMs: 600_000 });
    const snapshot = aSnapshot({ siteId: "site-008", slot: slotAt(2) });
    writer.write(snapshot, await keep(snapshot));
    writer.writeRound({ slot: slotAt(2), startedAt: slotAt(2), ...COUNTS });
    await vi.waitFor(() => expect(writer.stats()).toMatchObject({ written: 1, queued: 0 }));
  });

  it("gives back to the journal what is left when it closes", async () => {
    start();
    await writer.close();
    const snapshot = aSnapshot({ siteId: "site-007" });
    writer.write(snapshot, await keep(snapshot));
    expect(journal.hasBacklog()).toBe(true);
  });
});
