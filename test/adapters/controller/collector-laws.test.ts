import fc from "fast-check";
import { expect, test } from "vitest";
import { answers, type Behaviour, createFakeFleet, fails, HANGS, overruns } from "./fake-fleet.ts";

const behaviours: fc.Arbitrary<Behaviour> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 400 }).map(answers) },
  { weight: 1, arbitrary: fc.integer({ min: 400, max: 6000 }).map(answers) },
  { weight: 1, arbitrary: fc.constant(HANGS) },
  { weight: 1, arbitrary: fc.integer({ min: 1000, max: 90_000 }).map(overruns) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom("refused", "reset", "bad_json", "connect_timeout")
      .map((cause) => fails(cause as "reset")),
  },
);
type Event = { readonly kind: "run" | "block" | "redeploy" | "watch"; readonly ms: number };
const events: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("run" as const), ms: fc.integer({ min: 1, max: 40_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("block" as const), ms: fc.integer({ min: 1, max: 8000 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("redeploy" as const), ms: fc.integer({ min: 0, max: 7000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("watch" as const), ms: fc.integer({ min: 1, max: 60_000 }) }) },
);
const intervals = fc.constantFrom(null, 1, 5, 20, 60);

/** Runs the steps, and long enough after them for everything to end. */
async function play(fleet: ReturnType<typeof createFakeFleet>, steps: readonly Event[]): Promise<void> {
  let detach = fleet.attach();
  for (const { kind, ms } of steps) {
    if (kind === "run") await fleet.clock.advance(ms);
    if (kind === "block") fleet.clock.block(ms);
    if (kind === "watch") fleet.collector.watch("site-0", ms / 1000);
    if (kind === "redeploy") {
      detach();
      await fleet.clock.advance(ms);
      detach = fleet.attach();
    }
  }
  await fleet.clock.advance(90_000);
}

test("laws: sums match, one request per site, no slot twice, no drift, no overlap, nothing kept that was not sent", async () => {
  const scenario = fc.record({
    script: fc.array(behaviours, { minLength: 1, maxLength: 30 }),
    intervalsS: fc.array(intervals, { minLength: 1, maxLength: 5 }),
    steps: fc.array(events, { minLength: 3, maxLength: 12 }),
    seed: fc.integer({ min: 1, max: 1e9 }),
    startOffsetMs: fc.integer({ min: 0, max: 120_000 }),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ script, intervalsS, steps, seed, startOffsetMs }) => {
      let calls = 0;
      const fleet = createFakeFleet({
        sites: intervalsS.map((intervalS, i) => ({ id: `site-${i}`, intervalS })),
        behaviour: () => script[calls++ % script.length] ?? HANGS,
        seed,
        startMs: Date.parse("2026-01-01T00:00:00.000Z") + startOffsetMs,
      });
      await play(fleet, steps);

      expect(fleet.overlaps).toEqual([]);
      expect(fleet.badTimeouts).toEqual([]);
      for (const report of fleet.reports) {
        const failed = Object.values(report.failed).reduce((total, count) => total + count, 0);
        expect(report.ok + report.late + failed).toBe(report.sites);
        expect(Date.parse(report.slot) % 1000).toBe(0);
        expect(Date.parse(report.slot)).toBeLessThanOrEqual(Date.parse(report.startedAt));
      }
      const keys = fleet.entries.map(({ siteId, slot }) => `${siteId} ${slot}`);
      expect(new Set(keys).size).toBe(keys.length);
      for (const { siteId, slot } of fleet.entries) {
        const intervalS = intervalsS[Number(siteId.slice(5))] ?? 60;
        const isWatchedSlot = siteId === "site-0" && Date.parse(slot) % 10_000 === 0;
        expect(isWatchedSlot || Date.parse(slot) % (intervalS * 1000) === 0).toBe(true);
      }
      const states = fleet.sent.filter(({ request }) => request === "state").length;
      expect(fleet.entries.length).toBeLessThanOrEqual(states);
      expect(fleet.complaints).toEqual([]);
    }),
    { numRuns: 60 },
  );
}, 60_000);

test("law: sites that answer are stored for every slot, in order, whatever the others do", async () => {
  const scenario = fc.record({
    script: fc.array(behaviours, { minLength: 1, maxLength: 30 }),
    seed: fc.integer({ min: 1, max: 1e9 }),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ script, seed }) => {
      let calls = 0;
      const bad = Array.from({ length: 10 }, (_, i) => ({ id: `bad-${i}` }));
      const behaviour = (siteId: string): Behaviour =>
        siteId === "good" ? answers(50) : (script[calls++ % script.length] ?? HANGS);
      const fleet = createFakeFleet({ sites: [...bad, { id: "good" }], behaviour, seed });
      fleet.attach();
      await fleet.clock.advance(599_000);
      const good = fleet.entries.filter(({ siteId }) => siteId === "good").map(({ slot }) => slot.slice(14, 16));
      expect(good).toEqual(Array.from({ length: 10 }, (_, minute) => String(minute).padStart(2, "0")));
    }),
    { numRuns: 25 },
  );
}, 60_000);
