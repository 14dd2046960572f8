import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Journal } from "../../../adapters/journal/journal.ts";
import { createReplayer, type ReplayerOptions } from "../../../adapters/journal/replayer.ts";
import type { JournalEntry } from "../../../domain/telemetry/journal-entry.ts";
import { anEntry, type JournalUnderTest, journalUnderTest } from "./journal-under-test.ts";

let bench: JournalUnderTest;
let journal: Journal;
let stop: () => void = () => undefined;

beforeEach(() => {
  bench = journalUnderTest();
  journal = bench.open();
});
afterEach(() => {
  stop();
  bench.remove();
});

async function appendRounds(sites: number, rounds: number): Promise<number[]> {
  const ids: number[] = [];
  for (let n = 0; n < rounds; n += 1) {
    const round = Array.from({ length: sites }, (_, site) => journal.append(anEntry(`site-${site}`, n)));
    ids.push(...(await Promise.all(round)).map(Number));
  }
  return ids;
}

function restart(): void {
  journal.close();
  journal = bench.open();
}

function start(send: (entry: JournalEntry) => void, options: Partial<ReplayerOptions> = {}): void {
  stop = createReplayer({ journal, lookMs: 5, idleMs: 5, ...options }).start(send);
}

test("delivers what a former process left, oldest first, in batches that wait for the one before", async () => {
  const ids = await appendRounds(10, 25);
  restart();
  const sent: number[] = [];
  start(
    ({ id }) => {
      sent.push(id);
      journal.hold([id]);
    },
    { batch: 100 },
  );
  for (const count of [100, 200, 250]) {
    await vi.waitFor(() => expect(sent).toHaveLength(count));
    await sleep(40);
    expect(sent, "the next batch came before this one was settled").toHaveLength(count);
    journal.acknowledge(sent);
  }
  expect(sent).toEqual(ids);
  await vi.waitFor(() => expect(journal.hasBacklog()).toBe(false));
});

test("keeps the order of each site when entries are let go of in between", async () => {
  const ids = await appendRounds(3, 4);
  journal.hold(ids);
  journal.release(ids.slice(3));
  journal.release(ids.slice(0, 3));
  const sent: JournalEntry[] = [];
  start((entry) => {
    sent.push(entry);
    journal.hold([entry.id]);
  });
  await vi.waitFor(() => expect(sent).toHaveLength(ids.length));
  for (const site of ["site-0", "site-1", "site-2"]) {
    const slots = sent.filter(({ siteId }) => siteId === site).map(({ slot }) => slot);
    expect(slots).toEqual([...slots].sort());
  }
});

test("does not deliver what is held, nor what is still on its way", async () => {
  const [held, onTheWay, released] = await appendRounds(3, 1);
  journal.hold([Number(held)]);
  journal.release([Number(released)]);
  const sent: number[] = [];
  start(({ id }) => {
    sent.push(id);
    journal.acknowledge([id]);
  });
  await vi.waitFor(() => expect(sent).toEqual([released]));
  bench.pass(29_000);
  await sleep(30);
  expect(sent).toEqual([released]);
  bench.pass(2_000);
  await vi.waitFor(() => expect(sent).toContain(onTheWay));
});

test("goes on behind messages that a flow lost, and brings those again", async () => {
  const ids = await appendRounds(4, 1);
  restart();
  const sent: number[] = [];
  let now = 0;
  const taken = new Set(ids.slice(1));
  start(
    ({ id }) => {
      sent.push(id);
      if (taken.has(id)) journal.acknowledge([id]);
    },
    { batch: 2, giveUpMs: 1_000, monotonic: () => now },
  );
  await vi.waitFor(() => expect(sent).toEqual(ids.slice(0, 2)));
  await sleep(30);
  expect(sent).toHaveLength(2);
  now = 1_000;
  await vi.waitFor(() => expect(sent).toEqual(ids));
  taken.add(Number(ids[0]));
  now = 2_000;
  bench.pass(30_000);
  await vi.waitFor(() => expect(sent).toEqual([...ids, ids[0]]));
  await vi.waitFor(() => expect(journal.stats().rows).toBe(0));
});

test("sends nothing after it was stopped", async () => {
  await appendRounds(10, 10);
  restart();
  const sent: number[] = [];
  start(({ id }) => {
    sent.push(id);
    stop();
  });
  await vi.waitFor(() => expect(sent.length).toBeGreaterThan(0));
  const count = sent.length;
  await sleep(50);
  expect(sent.length).toBeLessThan(100);
  expect(sent.length).toBe(count);
});
