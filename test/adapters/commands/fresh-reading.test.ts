import { expect, test } from "vitest";
import { freshReading } from "../../../adapters/commands/fresh-reading.ts";
import type { CommandedPlant } from "../../../adapters/commands/sender-ports.ts";
import { createSystemClock } from "../../../adapters/controller/system-clock.ts";
import { isoOf } from "../../../domain/iso-of.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import { aSnapshot } from "../../api/builders.ts";

const clock = createSystemClock();

/** A plant that answers the poll of that number, and no earlier one. */
function plantThatAnswers(poll: number, failing: () => Promise<boolean>, known?: Snapshot) {
  let polls = 0;
  let latest = known;
  const plant: CommandedPlant = {
    latest: () => latest,
    onMoved: () => () => {},
    watch: () => {},
    async pollNow() {
      polls += 1;
      if (polls < poll) return failing();
      latest = { ...aSnapshot("site-001"), collectedAt: isoOf(Date.now()) };
      return true;
    },
  };
  return { plant, polls: () => polls };
}

test.for([
  { title: "is not on the list of polls yet", failing: async () => false },
  { title: "cannot be asked", failing: () => Promise.reject(new Error("no poll")) },
])("a site that $title is asked again", async ({ failing }) => {
  const { plant, polls } = plantThatAnswers(3, failing);
  expect(await freshReading(plant, "site-001", clock)).toMatchObject({ siteId: "site-001" });
  expect(polls()).toBe(3);
});

test.for([
  { name: "too old", aheadMs: -15_500 },
  { name: "from a clock that is too far ahead", aheadMs: 12_500 },
])("a reading that is $name makes it ask anew", async ({ aheadMs }) => {
  const known = { ...aSnapshot("site-001"), collectedAt: isoOf(Date.now() + aheadMs) };
  const { plant, polls } = plantThatAnswers(1, async () => false, known);
  const reading = await freshReading(plant, "site-001", clock);
  expect([polls(), reading === known]).toEqual([1, false]);
});

test("a fresh reading is taken as it is", async () => {
  const known = { ...aSnapshot("site-001"), collectedAt: isoOf(Date.now() - 2_000) };
  const { plant, polls } = plantThatAnswers(1, async () => false, known);
  expect([await freshReading(plant, "site-001", clock), polls()]).toEqual([known, 0]);
});

test("a site that never answers has no reading when the time is over", async () => {
  const { plant } = plantThatAnswers(Number.POSITIVE_INFINITY, async () => false);
  expect(await freshReading(plant, "site-001", clock)).toBeNull();
});
