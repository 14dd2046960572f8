import { describe, expect, test } from "vitest";
import { answers, createFakeFleet, fails, HANGS, overruns, SLOT } from "./fake-fleet.ts";

const slots = (texts: readonly { readonly slot: string }[]): string[] => texts.map(({ slot }) => slot.slice(11, 19));

describe("rounds", () => {
  test("nothing is polled before somebody takes it", async () => {
    const fleet = createFakeFleet({ sites: [{}], behaviour: () => answers(30) });
    await fleet.clock.advance(200_000);
    expect(fleet.sent).toEqual([]);
  });

  test("the current slot is polled at once on attach, then each slot to the millisecond", async () => {
    const fleet = createFakeFleet({ sites: [{}], behaviour: () => answers(30), startMs: SLOT + 17_000 });
    fleet.attach();
    await fleet.clock.advance(150_000);
    expect(slots(fleet.reports)).toEqual(["00:00:00", "00:01:00", "00:02:00"]);
    const starts = fleet.sent.filter(({ request }) => request === "state").map(({ atMs }) => atMs - SLOT);
    expect(starts).toEqual([17_000, 60_000, 120_000]);
    expect(fleet.reports[0]).toMatchObject({
      sites: 1,
      ok: 1,
      durationMs: 60,
      slowest: { siteId: "site-1", latencyMs: 60 },
    });
  });

  test("attached again within a slot that was polled, it waits for the next one", async () => {
    const fleet = createFakeFleet({ sites: [{}], behaviour: () => answers(30) });
    for (let i = 0; i < 5; i += 1) {
      const detach = fleet.attach();
      await fleet.clock.advance(2000);
      detach();
    }
    expect(slots(fleet.reports)).toEqual(["00:00:00"]);
  });

  test("attached just before a slot, it leaves the old one alone", async () => {
    const fleet = createFakeFleet({ sites: [{}], behaviour: () => answers(30), startMs: SLOT + 59_500 });
    fleet.attach();
    await fleet.clock.advance(1000);
    expect(slots(fleet.reports)).toEqual(["00:01:00"]);
  });

  test("each site is published as soon as it is journalled, not with the round", async () => {
    const behaviour = (siteId: string) => (siteId === "site-2" ? HANGS : answers(30));
    const fleet = createFakeFleet({ sites: [{}, { id: "site-2" }], behaviour });
    fleet.attach();
    await fleet.clock.advance(62);
    expect(fleet.replies.map(({ reply, journalId }) => [reply.siteId, journalId])).toEqual([["site-1", 1]]);
    expect(fleet.reports).toEqual([]);
  });

  test("a hanging site ends its round within 5 s, after the tries that fit into 4.5 s", async () => {
    const fleet = createFakeFleet({ sites: [{}], behaviour: () => HANGS });
    fleet.attach();
    await fleet.clock.advance(5000);
    expect(fleet.reports[0]).toMatchObject({ ok: 0, late: 0, failed: { timeout: 1 } });
    expect(fleet.reports[0]?.durationMs).toBeLessThanOrEqual(4500);
    expect(fleet.sent.every(({ endMs }) => endMs <= SLOT + 4500)).toBe(true);
    expect(fleet.sent.length).toBeGreaterThan(1);
  });

  test("an interval of 1 s closes before the next slot", async () => {
    const fleet = createFakeFleet({ sites: [{}], behaviour: () => HANGS, pollIntervalS: 1 });
    fleet.attach();
    await fleet.clock.advance(3500);
    expect(slots(fleet.reports)).toEqual(["00:00:00", "00:00:01", "00:00:02"]);
    expect(fleet.sent.every(({ atMs, endMs }) => endMs - Math.floor(atMs / 1000) * 1000 <= 810)).toBe(true);
  });

  test("a journal that takes its time makes the message wait, not the round's verdict", async () => {
    const fleet = createFakeFleet({ sites: [{}], behaviour: () => answers(30), journalMs: 400 });
    fleet.attach();
    await fleet.clock.advance(459);
    expect(fleet.replies).toEqual([]);
    await fleet.clock.advance(2);
    expect(fleet.replies.length).toBe(1);
    expect(fleet.reports[0]).toMatchObject({ ok: 1, durationMs: 60 });
  });

  test("a site with an own interval has own slots; together they share a round", async () => {
    const fleet = createFakeFleet({ sites: [{}, { id: "site-2", intervalS: 20 }], behaviour: () => answers(30) });
    fleet.attach();
    await fleet.clock.advance(61_000);
    expect(fleet.reports.map(({ slot, sites }) => `${slot.slice(14, 19)} ${sites}`)).toEqual([
      "00:00 2",
      "00:20 1",
      "00:40 1",
      "01:00 2",
    ]);
  });
});

test("between two rounds nothing but the look at the clock wakes the process", async () => {
  const fleet = createFakeFleet({
    sites: [{ id: "live" }, { id: "dead" }],
    behaviour: (id) => (id === "live" ? answers(30) : HANGS),
  });
  fleet.attach();
  await fleet.clock.advance(100);
  const duringRound = fleet.clock.waiting();
  await fleet.clock.advance(59_000);
  expect(fleet.reports.length).toBe(1);
  expect(duringRound).toBeGreaterThan(1);
  expect(fleet.clock.waiting()).toBe(1);
});

describe("retries and late tries", () => {
  test("a dropped connection is tried again at once and still counts as ok", async () => {
    let calls = 0;
    const fleet = createFakeFleet({ sites: [{}], behaviour: () => (++calls === 1 ? fails("reset") : answers(30)) });
    fleet.attach();
    await fleet.clock.advance(1000);
    expect(fleet.replies[0]?.reply).toMatchObject({ attempts: 2, isLate: false });
    expect(fleet.reports[0]?.ok).toBe(1);
  });

  test("what would come again is not asked for again", async () => {
    const fleet = createFakeFleet({ sites: [{}], behaviour: () => fails("bad_json") });
    fleet.attach();
    await fleet.clock.advance(59_000);
    expect(fleet.sent.length).toBe(1);
    expect(fleet.collector.factsOf("site-1")).toMatchObject({ result: "bad_json", breaker: "suspect", misses: 1 });
  });

  test("a failed optional request leaves the reply good and says so", async () => {
    const behaviour = (_site: string, request: string) => (request === "miners" ? fails("http_status") : answers(30));
    const fleet = createFakeFleet({ sites: [{}], behaviour });
    fleet.attach();
    await fleet.clock.advance(1000);
    expect(fleet.replies[0]?.reply).toMatchObject({
      replies: { state: {} },
      failedRequests: { miners: "http_status" },
    });
    expect(fleet.sent.length).toBe(2);
  });

  test("a site that wakes up after its round is stored late, once, under its slot, and trusted again", async () => {
    const behaviour = (_site: string, _request: string, wallMs: number) => (wallMs < SLOT + 8000 ? HANGS : answers(40));
    const fleet = createFakeFleet({ sites: [{}], behaviour });
    fleet.attach();
    await fleet.clock.advance(59_000);
    expect(fleet.reports[0]).toMatchObject({ failed: { timeout: 1 } });
    expect(fleet.replies.map(({ reply }) => [reply.slot.slice(11, 19), reply.isLate])).toEqual([["00:00:00", true]]);
    expect(Date.parse(fleet.replies[0]?.reply.collectedAt ?? "")).toBeGreaterThan(SLOT + 8000);
    expect(fleet.collector.factsOf("site-1")).toMatchObject({ result: "late", breaker: "closed", misses: 0 });
    await fleet.clock.advance(60_000);
    expect(fleet.replies.map(({ reply }) => reply.slot.slice(11, 19))).toEqual(["00:00:00", "00:01:00"]);
  });

  test("late tries end before the site's next slot", async () => {
    const fleet = createFakeFleet({ sites: [{}], behaviour: () => HANGS });
    fleet.attach();
    await fleet.clock.advance(60_000);
    const late = fleet.sent.filter(({ atMs }) => atMs >= SLOT + 5000 && atMs < SLOT + 60_000);
    expect(late.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...late.map(({ endMs }) => endMs))).toBeLessThanOrEqual(SLOT + 59_900);
  });
});

describe("dead and slow sites", () => {
  test("from the third bad round on a round of dead sites takes 1 s, and skipped sites keep their cause", async () => {
    const sites = Array.from({ length: 105 }, (_, i) => ({ id: `dead-${i}` }));
    const behaviour = (siteId: string) => (siteId.startsWith("dead") ? HANGS : answers(50));
    const fleet = createFakeFleet({ sites: [...sites, { id: "live" }], behaviour });
    fleet.attach();
    await fleet.clock.advance(12 * 60_000 - 1);
    for (const report of fleet.reports.slice(2)) expect(report.durationMs).toBeLessThanOrEqual(1200);
    for (const report of fleet.reports) expect(report).toMatchObject({ ok: 1, failed: { timeout: 105 } });
    expect(fleet.reports.some(({ skipped }) => skipped > 0)).toBe(true);
    const live = fleet.replies.map(({ reply }) => Date.parse(reply.collectedAt) - Date.parse(reply.slot));
    expect(Math.max(...live)).toBeLessThanOrEqual(500);
  });

  test("a recovered site is back with its next probe, and closed fully", async () => {
    const behaviour = (_site: string, _request: string, wallMs: number) =>
      wallMs < SLOT + 10 * 60_000 ? fails("refused") : answers(40);
    const fleet = createFakeFleet({ sites: [{}], behaviour });
    fleet.attach();
    await fleet.clock.advance(16 * 60_000);
    const recovered = fleet.reports.findIndex(({ ok }) => ok === 1);
    expect(recovered).toBeGreaterThanOrEqual(10);
    expect(recovered).toBeLessThanOrEqual(15);
    expect(fleet.reports.slice(recovered).every(({ ok }) => ok === 1)).toBe(true);
    expect(fleet.collector.factsOf("site-1")).toMatchObject({ breaker: "closed", misses: 0 });
  });

  test("a controller that needs 1.6 s is learnt, though a suspect's try is 1 s", async () => {
    let isDown = true;
    const fleet = createFakeFleet({ sites: [{}], behaviour: () => (isDown ? fails("refused") : answers(1600)) });
    fleet.attach();
    await fleet.clock.advance(30_000);
    isDown = false;
    await fleet.clock.advance(6 * 60_000);
    expect(fleet.reports.at(-1)).toMatchObject({ ok: 1 });
  });

  test("a blocked loop opens no breaker: its sites are late, and stored later", async () => {
    const sites = Array.from({ length: 20 }, (_, i) => ({ id: `site-${i}` }));
    let isBlocked = false;
    const fleet = createFakeFleet({ sites, behaviour: () => (isBlocked ? HANGS : answers(30)) });
    fleet.attach();
    await fleet.clock.advance(60_000 * 3 - 10);
    isBlocked = true;
    await fleet.clock.advance(20);
    fleet.clock.block(6000);
    isBlocked = false;
    await fleet.clock.advance(50_000);
    const blocked = fleet.reports.at(-1);
    expect(blocked).toMatchObject({ slot: "2026-01-01T00:03:00.000Z", late: 20, failed: {} });
    for (const { id } of sites) expect(fleet.collector.factsOf(id)?.breaker).toBe("closed");
    expect(fleet.replies.filter(({ reply }) => reply.slot === blocked?.slot && reply.isLate).length).toBe(20);
  });
});

test("a site still busy at its next slot is late in it, and what comes is stored under the old one", async () => {
  const behaviour = (_site: string, _request: string, wallMs: number) =>
    wallMs < SLOT + 1000 ? overruns(62_000) : answers(30);
  const fleet = createFakeFleet({ sites: [{}], behaviour });
  fleet.attach();
  await fleet.clock.advance(121_000);
  expect(fleet.reports.map(({ ok, late }) => [ok, late])).toEqual([
    [0, 1],
    [0, 1],
    [1, 0],
  ]);
  expect(fleet.overlaps).toEqual([]);
  expect(fleet.replies.map(({ reply }) => [reply.slot.slice(14, 16), reply.isLate])).toEqual([
    ["00", true],
    ["02", false],
  ]);
});

describe("limits", () => {
  test("new connections start at the pace that is set; kept-alive ones do not count", async () => {
    const sites = Array.from({ length: 40 }, (_, i) => ({ id: `site-${String(i).padStart(2, "0")}` }));
    const fleet = createFakeFleet({ sites, behaviour: () => answers(10), connectsPerS: 20 });
    fleet.attach();
    await fleet.clock.advance(61_000);
    const firsts = (from: number, to: number) =>
      fleet.sent.filter(({ request, atMs }) => request === "state" && atMs >= SLOT + from && atMs < SLOT + to).length;
    expect(firsts(0, 10)).toBe(20);
    expect(firsts(0, 600)).toBeLessThanOrEqual(33);
    expect(firsts(60_000, 60_010)).toBe(40);
  });

  test("2,000 sites start spread, under one slot", async () => {
    const sites = Array.from({ length: 2000 }, (_, i) => ({ id: `site-${String(i).padStart(4, "0")}` }));
    const fleet = createFakeFleet({ sites, behaviour: () => answers(30), connectsPerS: 10_000 });
    fleet.attach();
    await fleet.clock.advance(59_000);
    expect(fleet.reports.length).toBe(1);
    expect(fleet.reports[0]).toMatchObject({ sites: 2000, ok: 2000 });
    const starts = fleet.sent.filter(({ request }) => request === "state").map(({ atMs }) => atMs - SLOT);
    const inOneSecond = Math.max(...starts.map((start) => starts.filter((s) => s >= start && s < start + 1000).length));
    expect(inOneSecond).toBeLessThanOrEqual(300);
    expect(new Set(fleet.entries.map(({ slot }) => slot)).size).toBe(1);
  });
});

describe("changes under way", () => {
  test("a watched site is polled every 10 s, then goes back to its own interval", async () => {
    const fleet = createFakeFleet({ sites: [{}], behaviour: () => answers(30) });
    fleet.attach();
    await fleet.clock.advance(1000);
    fleet.collector.watch("site-1", 25);
    await fleet.clock.advance(120_000);
    expect(slots(fleet.reports)).toEqual(["00:00:00", "00:00:10", "00:00:20", "00:01:00", "00:02:00"]);
  });

  test("new, removed, disabled and unknown sites, and a new address", async () => {
    const fleet = createFakeFleet({ sites: [{}, { id: "site-2" }], behaviour: () => answers(30) });
    fleet.attach();
    await fleet.clock.advance(70_000);
    fleet.setSites([
      { controllerUrl: "http://site-1.new" },
      { id: "site-3" },
      { id: "off", enabled: false },
      { id: "x", profileId: "?" },
    ]);
    await fleet.clock.advance(55_000);
    const polled = (from: number, to: number) =>
      new Set(fleet.sent.filter(({ atMs }) => atMs >= SLOT + from && atMs < SLOT + to).map(({ siteId }) => siteId));
    expect(polled(60_000, 70_000)).toEqual(new Set(["site-1", "site-2"]));
    expect(polled(70_000, 119_000)).toEqual(new Set(["site-3"]));
    expect(polled(119_000, 125_000)).toEqual(new Set(["site-1.new", "site-3"]));
    expect(fleet.complaints).toEqual(["sites with an unknown profile are not polled"]);
  });

  test("a detach lets replies under way finish into the journal; nothing new starts", async () => {
    const fleet = createFakeFleet({ sites: [{}], behaviour: () => answers(100) });
    const detach = fleet.attach();
    await fleet.clock.advance(50);
    detach();
    await fleet.clock.advance(300_000);
    expect(fleet.entries.length).toBe(1);
    expect(fleet.replies).toEqual([]);
    expect(fleet.sent.length).toBe(2);
  });

  test("a second subscriber replaces the first, whose detach then does nothing", async () => {
    const fleet = createFakeFleet({ sites: [{}], behaviour: () => answers(30) });
    const detachFirst = fleet.attach();
    fleet.attach();
    detachFirst();
    await fleet.clock.advance(61_000);
    expect(fleet.reports.length).toBe(2);
  });

  test("a subscriber that throws stops nobody", async () => {
    const fleet = createFakeFleet({ sites: [{}, { id: "site-2" }], behaviour: () => answers(30) });
    fleet.collector.attach({
      onReply() {
        throw new Error("broken flow");
      },
      onRound: () => undefined,
    });
    await fleet.clock.advance(61_000);
    expect(fleet.entries.length).toBe(4);
    expect(fleet.complaints.length).toBe(4);
  });

  test("a clock set back by an hour goes on at once; one set forward skips, and drifts nowhere", async () => {
    const fleet = createFakeFleet({ sites: [{}], behaviour: () => answers(30), startMs: SLOT + 3_600_000 });
    fleet.attach();
    await fleet.clock.advance(1000);
    fleet.clock.stepWall(-3_600_000);
    await fleet.clock.advance(60_000);
    fleet.clock.stepWall(1_800_000);
    await fleet.clock.advance(60_000);
    expect(slots(fleet.reports)).toEqual(["01:00:00", "00:00:00", "00:01:00", "00:31:00", "00:32:00"]);
  });

  test("close waits for what is under way and starts nothing more", async () => {
    const fleet = createFakeFleet({ sites: [{}], behaviour: () => answers(100) });
    fleet.attach();
    await fleet.clock.advance(50);
    const closed = fleet.collector.close();
    await fleet.clock.advance(60_000);
    await closed;
    expect(fleet.entries.length).toBe(1);
    expect(fleet.sent.length).toBe(2);
    expect(() => fleet.attach()).toThrow("closed");
  });
});

test("the last raw reply of a site can be read back", async () => {
  const fleet = createFakeFleet({ sites: [{}], behaviour: () => answers(30) });
  fleet.attach();
  await fleet.clock.advance(1000);
  expect(fleet.collector.lastReplyOf("site-1")).toEqual(fleet.replies[0]?.reply);
  expect(fleet.collector.lastReplyOf("nobody")).toBe(null);
});
