import { readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Journal } from "../../../adapters/journal/journal.ts";
import { anEntry, CAP_BYTES, inspect, type JournalUnderTest, journalUnderTest } from "./journal-under-test.ts";

let bench: JournalUnderTest;
let journal: Journal;

beforeEach(() => {
  bench = journalUnderTest();
  journal = bench.open();
});
afterEach(() => bench.remove());

async function append(...numbers: number[]): Promise<number[]> {
  const ids = await Promise.all(numbers.map((n) => journal.append(anEntry("site-001", n))));
  return ids.map(Number);
}
const reopen = (options = {}) => {
  journal.close();
  journal = bench.open(options);
};
const pendingIds = (limit = 100, minAgeMs = 30_000) => journal.pending(limit, minAgeMs).map(({ id }) => id);

describe("an entry", () => {
  test("gives back what was put in", async () => {
    const entry = anEntry("site-001", 1);
    const id = await journal.append(entry);
    reopen();
    const [kept] = journal.pending(10, 0);
    expect(kept).toMatchObject({ id, siteId: entry.siteId, slot: entry.slot, profile: entry.profile, attempts: 0 });
    expect(Buffer.from(kept?.body ?? [])).toEqual(Buffer.from(entry.body));
  });

  test("has one id per site and slot", async () => {
    const [first] = await append(1);
    const [again, other] = await append(1, 2);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(journal.stats().rows).toBe(2);
  });

  test("is on its way until it was delivered too long ago", async () => {
    const ids = await append(1, 2);
    expect(pendingIds()).toEqual([]);
    bench.pass(30_000);
    expect(pendingIds()).toEqual(ids);
    expect(pendingIds()).toEqual([]);
  });

  test("comes again later and later while a flow loses it, and does not count as backlog", async () => {
    const ids = await append(1);
    bench.pass(30_000);
    expect(pendingIds()).toEqual(ids);
    expect(journal.hasBacklog()).toBe(false);
    bench.pass(30_000);
    expect(pendingIds()).toEqual(ids);
    bench.pass(30_000);
    expect(pendingIds()).toEqual([]);
    bench.pass(30_000);
    expect(pendingIds()).toEqual(ids);
  });

  test("is left alone while it is held, and comes at once when it is let go of", async () => {
    const ids = await append(1, 2, 3);
    journal.hold(ids);
    bench.pass(3_600_000);
    expect(pendingIds()).toEqual([]);
    expect(journal.countHeld(ids)).toBe(3);
    journal.release(ids.slice(1));
    expect(journal.hasBacklog()).toBe(true);
    expect(pendingIds()).toEqual(ids.slice(1));
    expect(ids.map(journal.isReplayed)).toEqual([false, true, true]);
  });

  test("is gone after the acknowledgement, and an acknowledgement of nothing does no harm", async () => {
    const ids = await append(1, 2);
    journal.acknowledge([...ids, 999, 12_345]);
    journal.acknowledge(ids);
    expect(journal.stats()).toMatchObject({ oldestSlot: expect.any(String), isWritable: true });
    const [next] = await append(3);
    expect(journal.stats()).toMatchObject({ rows: 1 });
    reopen();
    expect(pendingIds()).toEqual([next]);
  });

  test("is replayed oldest first, and no id comes again", async () => {
    const ids = await append(5, 3, 4);
    journal.acknowledge(ids);
    reopen();
    const [next] = await append(6);
    expect(Number(next)).toBeGreaterThan(Math.max(...ids));
    const more = await append(2, 1);
    reopen();
    expect(journal.hasBacklog()).toBe(true);
    expect(pendingIds(2)).toEqual([next, more[0]]);
    expect(pendingIds(2)).toEqual([more[1]]);
  });
});

describe("the quarantine", () => {
  test("takes an entry with the reason, and gives it back", async () => {
    const [bad, good] = await append(1, 2);
    journal.quarantine(Number(bad), "the database refuses this row: NUL (22P05)");
    expect(journal.stats()).toMatchObject({ rows: 1, quarantined: 1 });
    reopen();
    expect(pendingIds()).toEqual([good]);
    const [kept] = journal.quarantined(10);
    expect(kept).toMatchObject({
      id: bad,
      siteId: "site-001",
      error: "the database refuses this row: NUL (22P05)",
      attempts: 0,
    });
    expect(journal.retryQuarantined()).toBe(1);
    const [again] = journal.pending(10, 30_000);
    expect(again).toMatchObject({ slot: kept?.slot, attempts: 1 });
    expect(journal.stats()).toMatchObject({ rows: 2, quarantined: 0 });
  });

  test("keeps at most a tenth of the cap, the newest", async () => {
    for (let n = 0; n < 20; n += 1) {
      const id = await journal.append(anEntry("site-001", n, CAP_BYTES / 100));
      journal.quarantine(Number(id), `reason ${n}`);
    }
    const kept = journal.quarantined(1_000);
    expect(kept.length).toBeLessThanOrEqual(10);
    expect(journal.stats().rows).toBe(0);
  });
});

describe("a full journal", () => {
  test("drops the oldest, says so, leaves a gap and stays whole", async () => {
    const count = 8_000;
    for (let n = 0; n < count; n += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, i) => journal.append(anEntry("site-001", n + i))));
    }
    const stats = journal.stats();
    expect(stats).toMatchObject({ isWritable: true, capBytes: CAP_BYTES });
    expect(stats.dropped).toBeGreaterThan(0);
    expect(stats.dropped + stats.rows).toBe(count);
    expect(stats.bytes).toBeLessThanOrEqual(CAP_BYTES);
    expect(stats.oldestSlot).toBe(anEntry("site-001", stats.dropped).slot);
    expect(bench.log.texts("warn")).toContain("the journal is 80 % full: the database takes nothing, or too little");
    expect(bench.log.texts("error")).toContain("the journal is full: the oldest entries were dropped");
    const [newest] = journal.gaps(1);
    expect(newest).toMatchObject({ entries: 1_000, lastSlot: anEntry("site-001", stats.dropped - 1).slot });
    journal.close();
    expect(statSync(bench.path).size).toBeLessThanOrEqual(CAP_BYTES);
    expect(inspect(bench.path)).toMatchObject({ integrity: "ok", entries: stats.rows });
  });

  test("drops what is acknowledged first, without a gap, and never what the writer holds", async () => {
    reopen({ keepAcknowledged: true });
    const held = await append(1, 2, 3);
    journal.hold(held);
    for (let n = 10; n < 8_000; n += 100) {
      const ids = await Promise.all(Array.from({ length: 100 }, (_, i) => journal.append(anEntry("site-001", n + i))));
      journal.acknowledge(ids.map(Number));
    }
    expect(journal.stats()).toMatchObject({ dropped: 0, rows: 3 });
    journal.release(held);
    expect(pendingIds()).toEqual(held);
  });
});

describe("with a database that may forget", () => {
  test("keeps what was acknowledged until a copy is made, and does not replay it by itself", async () => {
    let nowMs = 1_000;
    reopen({ keepAcknowledged: true, clock: () => nowMs });
    const ids = await append(1, 2, 3);
    journal.acknowledge(ids.slice(0, 2));
    await append(4);
    nowMs = 2_000;
    journal.acknowledge(ids.slice(2));
    await append(5);
    reopen({ keepAcknowledged: true, clock: () => nowMs });
    expect(journal.acknowledged(0, 10).map(({ id }) => id)).toEqual(ids);
    expect(journal.acknowledged(ids[0] ?? 0, 1).map(({ id }) => id)).toEqual([ids[1]]);
    expect(pendingIds()).not.toContain(ids[0]);
    expect(journal.purgeAcknowledged(1_500)).toBe(2);
    journal.reopen(ids);
    expect(pendingIds()).toEqual([ids[2]]);
  });
});

describe("the file", () => {
  test("has one owner", () => {
    expect(() => bench.open()).toThrow(expect.objectContaining({ code: "storage.locked" }));
  });

  test("is moved aside when SQLite cannot read it", async () => {
    journal.close();
    writeFileSync(bench.path, "this is no database, but a text that somebody copied here".repeat(100));
    journal = bench.open();
    expect(await append(1)).toHaveLength(1);
    expect(readdirSync(dirname(bench.path)).some((name) => name.includes("unreadable"))).toBe(true);
  });

  test("takes nothing more after it was closed, and loses nothing that was under way", async () => {
    const underWay = append(1, 2);
    journal.close();
    expect(await underWay).toHaveLength(2);
    expect(await journal.append(anEntry("site-001", 3))).toBeNull();
    expect(inspect(bench.path)).toMatchObject({ integrity: "ok", entries: 2 });
  });
});
