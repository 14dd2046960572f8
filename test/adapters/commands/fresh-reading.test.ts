import { expect, test } from "vitest";
import { freshReading } from "../../../adapters/commands/fresh-reading.ts";
import type { CommandedPlant } from "../../../adapters/commands/sender-ports.ts";
import { createSystemClock } from "../../../adapters/controller/system-clock.ts";
import { isoOf } from "../../../domain/iso-of.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import { aSnapshot } from "../../api/builders.ts";

const clock = createSystemClock();

/** A plant that answers the poll of that number, and no earlier one. */
function plantThatAnswers(poll: number, failing: () => Promise<boolean>) {
  let polls = 0;
  let latest: Snapshot | undefined;
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

test("a site that never answers has no reading when the time is over", async () => {
  const { plant } = plantThatAnswers(Number.POSITIVE_INFINITY, async () => false);
  expect(await freshReading(plant, "site-001", clock)).toBeNull();
});
