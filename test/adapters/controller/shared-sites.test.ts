import { expect, test } from "vitest";
import { answers, createFakeFleet, HANGS, SLOT } from "./fake-fleet.ts";

const SITES = [{ id: "site-1" }, { id: "site-2" }, { id: "site-3" }];

function aFleet(behaviour: Parameters<typeof createFakeFleet>[0]["behaviour"] = () => answers(30)) {
  const mine = new Set(["site-1", "site-2"]);
  const fleet = createFakeFleet({ sites: SITES, behaviour, isMine: (siteId) => mine.has(siteId) });
  const polled = () => [...new Set(fleet.sent.map(({ siteId }) => siteId))].sort();
  /** As the process' share tells the collector. */
  const told = () => fleet.setSites(SITES);
  return { ...fleet, mine, polled, told };
}

test("only the sites of this process are polled, and a round has those", async () => {
  const fleet = aFleet();
  fleet.attach();
  await fleet.clock.advance(1_000);
  expect(fleet.polled()).toEqual(["site-1", "site-2"]);
  expect(fleet.reports.map(({ sites, ok }) => [sites, ok])).toEqual([[2, 2]]);
});

test("a site that is taken over is polled at once, in the slot that is running", async () => {
  const fleet = aFleet();
  fleet.attach();
  await fleet.clock.advance(20_000);
  fleet.mine.add("site-3");
  fleet.told();
  await fleet.clock.advance(2_000);
  expect(fleet.polled()).toEqual(["site-1", "site-2", "site-3"]);
  expect(fleet.entries.map(({ siteId, slot }) => [siteId, Date.parse(slot) - SLOT])).toEqual([
    ["site-1", 0],
    ["site-2", 0],
    ["site-3", 0],
  ]);
  expect(fleet.reports.map(({ sites }) => sites)).toEqual([2, 1]);
});

test("a site that was given away is polled no more, and comes back with the next slot", async () => {
  const fleet = aFleet();
  fleet.attach();
  await fleet.clock.advance(1_000);
  fleet.mine.delete("site-1");
  fleet.told();
  await fleet.clock.advance(60_000);
  expect(fleet.reports.at(-1)).toMatchObject({ sites: 1, ok: 1 });
  fleet.mine.add("site-1");
  fleet.told();
  await fleet.clock.advance(60_000);
  expect(fleet.reports.at(-1)).toMatchObject({ sites: 2, ok: 2 });
});

test("a process that finds its time over, as after a stop, starts nothing, although nobody has told it", async () => {
  const fleet = aFleet();
  fleet.attach();
  await fleet.clock.advance(1_000);
  const before = fleet.sent.length;
  fleet.mine.clear();
  await fleet.clock.advance(120_000);
  expect(fleet.sent.length).toBe(before);
  expect(fleet.reports).toHaveLength(1);
});

test("a site that leaves while it is polled is no failure of it; the round goes on without it", async () => {
  const fleet = aFleet((siteId) => (siteId === "site-1" ? HANGS : answers(30)));
  fleet.attach();
  await fleet.clock.advance(500);
  expect(fleet.collector.isIdle()).toBe(false);
  fleet.mine.delete("site-1");
  fleet.told();
  await fleet.clock.advance(6_000);
  expect(fleet.reports).toHaveLength(1);
  expect(fleet.reports[0]).toMatchObject({ sites: 1, ok: 1, failed: {} });
  expect(fleet.collector.isIdle()).toBe(true);
});
