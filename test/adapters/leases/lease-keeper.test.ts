import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { createLeaseKeeper, type LeaseKeeper } from "../../../adapters/leases/lease-keeper.ts";
import { readLeases, releaseAllOf, renewLeases, takeLease } from "../../../adapters/leases/lease-store.ts";
import { openTestDatabase } from "../../api/test-database.ts";
import { recordedLog } from "../../services/recorded-log.ts";

const TTL_MS = 600;
const RENEW_MS = 150;
const soon = { timeout: 10_000, interval: 10 };

let database: Database;
let dispose: () => Promise<void>;
const keepers: LeaseKeeper[] = [];

beforeAll(async () => {
  ({ database, dispose } = await openTestDatabase());
});
afterAll(() => dispose());
afterEach(async () => {
  for (const keeper of keepers.splice(0)) await keeper.close();
});

/** The way to the database, which a test may close, and the clock of a process, which a test may stop. */
function aKeeper(holder: string) {
  const way = { isOpen: true };
  const stopped = { ms: 0 };
  const keeper = createLeaseKeeper({
    database: {
      query: (text, values, options) =>
        way.isOpen ? database.query(text, values, options) : Promise.reject(new Error("the database is away")),
    },
    holder,
    clock: {
      monotonicMs: () => performance.now() + stopped.ms,
      after(delayMs, callback) {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
    },
    log: recordedLog(),
    ttlMs: TTL_MS,
    renewMs: RENEW_MS,
  });
  keepers.push(keeper);
  return { keeper, way, stopped };
}

test("takes what is free, renews it over many lives, and says what it has", async () => {
  const { keeper } = aKeeper("one");
  let changes = 0;
  keeper.onChange(() => {
    changes += 1;
  });
  keeper.want(["collector:1", "collector:2"]);
  await keeper.beat();
  expect([...keeper.held().keys()].sort()).toEqual(["collector:1", "collector:2"]);
  const token = keeper.held().get("collector:1");
  await new Promise((resolve) => setTimeout(resolve, 3 * TTL_MS));
  expect(keeper.isHeld("collector:1")).toBe(true);
  expect(keeper.held().get("collector:1")).toBe(token);
  expect(changes).toBe(1);
  expect(keeper.isHeld("collector:3")).toBe(false);
});

test("what another has is taken as soon as it is given back, or has run out", async () => {
  const { keeper: one } = aKeeper("one");
  const { keeper: two } = aKeeper("two");
  one.want(["collector:1", "collector:2"]);
  await one.beat();
  two.want(["collector:1", "collector:2"]);
  await two.beat();
  expect(two.held().size).toBe(0);
  one.want(["collector:1"]);
  await expect.poll(() => two.isHeld("collector:2"), soon).toBe(true);
  expect(one.isHeld("collector:2")).toBe(false);
  expect(two.isHeld("collector:1")).toBe(false);
  await one.close();
  await expect.poll(() => two.isHeld("collector:1"), soon).toBe(true);
});

test("a process that was stopped knows at once that its time is over, and gets nothing back that another took", async () => {
  const { keeper, stopped } = aKeeper("stopped");
  keeper.want(["collector:5"]);
  await keeper.beat();
  expect(keeper.isHeld("collector:5")).toBe(true);
  stopped.ms += TTL_MS;
  expect(keeper.isHeld("collector:5")).toBe(false);
  expect(keeper.keeps("collector:5")).toBe(false);
  expect(keeper.held().size).toBe(0);
  await releaseAllOf(database, "stopped");
  expect(await takeLease(database, "collector:5", "other", 60_000)).not.toBeNull();
  await keeper.beat();
  expect(keeper.isHeld("collector:5")).toBe(false);
  expect(keeper.keeps("collector:5")).toBe(false);
  await releaseAllOf(database, "other");
  await expect.poll(() => keeper.isHeld("collector:5"), soon).toBe(true);
});

test("while the database is away nothing is held, but what is harmless goes on", async () => {
  const { keeper, way } = aKeeper("one");
  keeper.want(["collector:7"]);
  await keeper.beat();
  const before = keeper.held().get("collector:7");
  way.isOpen = false;
  await expect.poll(() => keeper.isHeld("collector:7"), soon).toBe(false);
  expect(keeper.isCutOff()).toBe(true);
  expect(keeper.keeps("collector:7")).toBe(true);
  expect(keeper.keeps("collector:8")).toBe(false);
  // The holder stops by its own clock first; by the database's the lease lives a little longer.
  const isLive = async () => (await readLeases(database)).some((row) => row.name === "collector:7" && row.isLive);
  await expect.poll(isLive, soon).toBe(false);
  way.isOpen = true;
  await expect.poll(() => keeper.isHeld("collector:7"), soon).toBe(true);
  expect(keeper.isCutOff()).toBe(false);
  // It had run out meanwhile: what was begun under the old token is over.
  expect(keeper.held().get("collector:7")).toBe((before ?? 0) + 1);
});

test("what was lost while the database was away ends with the first answer", async () => {
  const { keeper, way } = aKeeper("one");
  let changes = 0;
  keeper.onChange(() => {
    changes += 1;
  });
  keeper.want(["collector:9"]);
  await keeper.beat();
  way.isOpen = false;
  await expect.poll(() => keeper.isCutOff(), soon).toBe(true);
  await expect.poll(() => takeLease(database, "collector:9", "other", 60_000), soon).not.toBeNull();
  expect(keeper.keeps("collector:9")).toBe(true);
  way.isOpen = true;
  await expect.poll(() => keeper.keeps("collector:9"), soon).toBe(false);
  await expect.poll(() => changes, soon).toBe(2);
  expect((await renewLeases(database, ["collector:9"], "other", 60_000)).size).toBe(1);
  await releaseAllOf(database, "other");
});
