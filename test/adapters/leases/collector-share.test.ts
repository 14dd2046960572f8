import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createSystemClock } from "../../../adapters/controller/system-clock.ts";
import type { Database } from "../../../adapters/database/database.ts";
import { type CollectorShare, createCollectorShare } from "../../../adapters/leases/collector-share.ts";
import { openTestDatabase } from "../../api/test-database.ts";
import { recordedLog } from "../../services/recorded-log.ts";

const TTL_MS = 500;
const SITES = Array.from({ length: 160 }, (_, i) => i + 1);
const soon = { timeout: 15_000, interval: 20 };

let database: Database;
let dispose: () => Promise<void>;
const shares: CollectorShare[] = [];

beforeAll(async () => {
  ({ database, dispose } = await openTestDatabase());
});
afterAll(() => dispose());
beforeEach(async () => {
  await database.query("delete from lease where name like 'member:%'");
  await database.query("update lease set holder = null, expires_at = '-infinity'");
});
afterEach(async () => {
  for (const share of shares.splice(0)) await share.close();
});

function aShare(name: string, own: { formerHolder?: string; isReady?: Promise<void> } = {}) {
  const way = { isOpen: true };
  const share = createCollectorShare({
    database: {
      query: (text, values, options) =>
        way.isOpen ? database.query(text, values, options) : Promise.reject(new Error("the database is away")),
      whenReady: () => own.isReady ?? Promise.resolve(),
    },
    holder: name,
    formerHolder: own.formerHolder ?? null,
    clock: createSystemClock(),
    log: recordedLog(),
    numberOf: (siteId) => Number(siteId),
    ttlMs: TTL_MS,
  });
  shares.push(share);
  const sites = () => SITES.filter((site) => share.isMine(String(site)));
  return { share, way, sites };
}
const total = (...lists: number[][]) => lists.flat().sort((a, b) => a - b);

test("one process alone has everything as soon as it has started", async () => {
  const { share, sites } = aShare("alone-1-aa");
  await share.start();
  expect(sites()).toEqual(SITES);
  expect(share.isWhole()).toBe(true);
});

test("three divide the sites, each site has one owner; a fourth moves no more than its part", async () => {
  const group = ["a-1-aa", "b-1-bb", "c-1-cc"].map((name) => aShare(name));
  for (const { share } of group) await share.start();
  await expect.poll(() => group.map(({ sites }) => sites().length).sort(), soon).toEqual([50, 50, 60]);
  expect(total(...group.map(({ sites }) => sites()))).toEqual(SITES);
  const before = group.map(({ sites }) => sites());
  const fourth = aShare("d-1-dd");
  await fourth.share.start();
  await expect.poll(() => fourth.sites().length, soon).toBe(40);
  const after = group.map(({ sites }) => sites());
  expect(total(...after, fourth.sites())).toEqual(SITES);
  // Whoever stays keeps what it had, less what the newcomer got.
  for (const [i, kept] of after.entries()) expect(before[i]).toEqual(expect.arrayContaining(kept));
});

test("surplus waits for the end of the round", async () => {
  const one = aShare("a-1-aa");
  let isIdle = false;
  one.share.whenIdle(() => isIdle);
  await one.share.start();
  const two = aShare("b-1-bb");
  await two.share.start();
  await new Promise((resolve) => setTimeout(resolve, 2 * TTL_MS));
  expect(one.sites()).toEqual(SITES);
  expect(two.sites()).toEqual([]);
  isIdle = true;
  await expect.poll(() => two.sites().length, soon).toBe(80);
  expect(total(one.sites(), two.sites())).toEqual(SITES);
});

test("the sites of one that is gone are taken over; what it says afterwards counts no more", async () => {
  const one = aShare("a-1-aa");
  const two = aShare("b-1-bb");
  await one.share.start();
  await two.share.start();
  await expect.poll(() => [one.sites().length, two.sites().length], soon).toEqual([80, 80]);
  let told = 0;
  two.share.onChange(() => {
    told += 1;
  });
  one.way.isOpen = false;
  await expect.poll(() => two.sites().length, soon).toBe(160);
  expect(told).toBeGreaterThan(0);
  // Cut off, it polls on with what it held: two pollers are harmless.
  expect(one.sites()).toHaveLength(80);
  one.way.isOpen = true;
  await expect.poll(() => [one.sites().length, two.sites().length], soon).toEqual([80, 80]);
  await expect.poll(() => total(one.sites(), two.sites()), soon).toEqual(SITES);
});

test("the leases of the former process of the same folder are not waited for", async () => {
  const before = aShare("a-1-aa");
  await before.share.start();
  before.way.isOpen = false;
  const { share, sites } = aShare("a-2-ab", { formerHolder: "a-1-aa" });
  await share.start();
  expect(sites()).toEqual(SITES);
});

test("a start without the database polls everything, and its part as soon as it can know that", async () => {
  const other = aShare("b-1-bb");
  await other.share.start();
  const ready = Promise.withResolvers<void>();
  const one = aShare("a-1-aa", { isReady: ready.promise });
  void one.share.start();
  expect(one.sites()).toEqual(SITES);
  expect(one.share.isWhole()).toBe(true);
  ready.resolve();
  await expect.poll(() => [one.sites().length, other.sites().length], soon).toEqual([80, 80]);
});
