import { expect, test } from "vitest";
import { answers, createFakeFleet, fails, HANGS, SLOT } from "./fake-fleet.ts";

const SITES = [{ id: "site-1" }, { id: "site-2" }];

function aFleet(behaviour: Parameters<typeof createFakeFleet>[0]["behaviour"] = () => answers(30)) {
  const fleet = createFakeFleet({ sites: SITES, behaviour, pollIntervalS: 60, isMine: (id) => id !== "site-9" });
  const slots = (siteId: string) =>
    fleet.replies
      .filter(({ reply }) => reply.siteId === siteId)
      .map(({ reply }) => (Date.parse(reply.slot) - SLOT) / 1000);
  return { ...fleet, slots };
}

test("polls a site at once, in a slot that is newer than that of the round, and makes no round of it", async () => {
  const fleet = aFleet();
  fleet.attach();
  await fleet.clock.advance(58_000);
  const before = fleet.slots("site-1");
  const rounds = fleet.reports.length;
  const polled = fleet.collector.pollNow("site-1");
  await fleet.clock.advance(200);
  expect(await polled).toBe(true);
  expect(fleet.slots("site-1")).toEqual([...before, 50]);
  expect(fleet.reports).toHaveLength(rounds);
  // The next round comes as ever.
  await fleet.clock.advance(61_000);
  expect(fleet.slots("site-1")).toContain(60);
});

test("a poll that is under way is as good as another one", async () => {
  const fleet = aFleet(() => answers(1_000));
  fleet.attach();
  await fleet.clock.advance(58_000);
  const first = fleet.collector.pollNow("site-1");
  await fleet.clock.advance(100);
  expect(await fleet.collector.pollNow("site-1")).toBe(true);
  await fleet.clock.advance(3_000);
  expect(await first).toBe(true);
  expect(fleet.overlaps).toEqual([]);
});

test.for([
  { name: "it fails", behaviour: () => fails("refused"), siteId: "site-1" },
  { name: "it never answers", behaviour: () => HANGS, siteId: "site-1" },
  { name: "nobody knows the site", behaviour: () => answers(30), siteId: "site-9" },
])("no reading comes when $name", async ({ behaviour, siteId }) => {
  let isDown = false;
  const fleet = aFleet(() => (isDown ? behaviour() : answers(30)));
  fleet.attach();
  await fleet.clock.advance(58_000);
  isDown = true;
  const polled = fleet.collector.pollNow(siteId);
  await fleet.clock.advance(5_000);
  expect(await polled).toBe(false);
});

test("nothing is polled while nobody takes what is collected", async () => {
  const fleet = aFleet();
  const detach = fleet.attach();
  await fleet.clock.advance(58_000);
  detach();
  const sent = fleet.sent.length;
  expect(await fleet.collector.pollNow("site-1")).toBe(false);
  expect(fleet.sent.length).toBe(sent);
});
