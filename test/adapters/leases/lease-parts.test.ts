import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createSystemClock } from "../../../adapters/controller/system-clock.ts";
import type { Database } from "../../../adapters/database/database.ts";
import { createLeaseKeeper, type LeaseKeeper } from "../../../adapters/leases/lease-keeper.ts";
import { createLeaseParts } from "../../../adapters/leases/lease-parts.ts";
import { readLeases } from "../../../adapters/leases/lease-store.ts";
import { openTestDatabase } from "../../api/test-database.ts";
import { recordedLog } from "../../services/recorded-log.ts";

let database: Database;
let dispose: () => Promise<void>;
let statements: string[] = [];
let keeper: LeaseKeeper;

beforeAll(async () => {
  ({ database, dispose } = await openTestDatabase());
});
afterAll(() => dispose());
beforeEach(async () => {
  await database.query("update lease set holder = null, expires_at = '-infinity'");
  statements = [];
  keeper = createLeaseKeeper({
    database: {
      query(text, values, options) {
        statements.push(text);
        return database.query(text, values, options);
      },
    },
    holder: "one",
    clock: createSystemClock(),
    log: recordedLog(),
    ttlMs: 60_000,
    renewMs: 20_000,
  });
});
afterEach(() => keeper.close());

const live = async () =>
  (await readLeases(database)).filter(({ isLive, holder }) => isLive && holder === "one").map(({ name }) => name);

test("each part has its own, and one statement renews them all", async () => {
  const part = createLeaseParts(keeper);
  const [alarms, jobs] = [part(), part()];
  alarms.want(["alarms"]);
  jobs.want(["scheduler"]);
  await keeper.beat();
  expect([...alarms.held().keys()]).toEqual(["alarms"]);
  expect([...jobs.held().keys()]).toEqual(["scheduler"]);
  expect([alarms.isHeld("scheduler"), alarms.keeps("scheduler"), jobs.isHeld("scheduler")]).toEqual([
    false,
    false,
    true,
  ]);
  statements = [];
  await keeper.beat();
  expect(statements).toHaveLength(1);
});

test("a part is told of changes of its own leases only", async () => {
  const part = createLeaseParts(keeper);
  const [alarms, jobs] = [part(), part()];
  const told: string[] = [];
  alarms.onChange(() => told.push("alarms"));
  jobs.onChange(() => told.push("jobs"));
  alarms.want(["alarms"]);
  await keeper.beat();
  expect(told).toEqual(["alarms"]);
  jobs.want(["scheduler"]);
  await keeper.beat();
  expect(told).toEqual(["alarms", "jobs"]);
});

test("a part that closes gives its own back at once; the last one ends the keeper", async () => {
  const part = createLeaseParts(keeper);
  const [alarms, jobs] = [part(), part()];
  alarms.want(["alarms"]);
  jobs.want(["scheduler"]);
  await keeper.beat();
  await alarms.close();
  expect(await live()).toEqual(["scheduler"]);
  expect([...jobs.held().keys()]).toEqual(["scheduler"]);
  await jobs.close();
  expect(await live()).toEqual([]);
  statements = [];
  await keeper.beat();
  expect(statements).toEqual([]);
});
