import { expect, test } from "vitest";
import type { Resolution } from "../../../adapters/commands/decide-command.ts";
import { createReadBack } from "../../../adapters/commands/read-back.ts";
import type { Command } from "../../../domain/commands/command.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import { aSite, aSnapshot, HK3, isoAt, NOW_MS } from "../../domain/commands/command-under-test.ts";

const command: Command = {
  id: "018f0000-0000-7000-8000-000000000001",
  siteId: "site-1",
  kind: "set_temp_mode",
  args: { mode: "pid" },
  state: "unknown",
  stateReason: "no-answer",
  requestedBy: "li",
  reason: null,
  approvedBy: null,
  overrides: [],
  createdAt: isoAt(NOW_MS),
  expiresAt: isoAt(NOW_MS + 600_000),
  sentAt: isoAt(NOW_MS),
  verifyBy: null,
  endedAt: null,
  effectAfterS: null,
  evidence: null,
};
/** A reading of so many seconds after it was sent, which shows no effect. */
const readAt = (afterS: number): Snapshot => aSnapshot({ ageS: -afterS, values: { pid_mode: false } });

test("a reading is fetched when the effect is due, and settles what is unknown", async () => {
  let nowMs = NOW_MS;
  let latest = readAt(2);
  let polls = 0;
  const answer = Promise.withResolvers<boolean>();
  const resolutions: Resolution[] = [];
  const readBack = createReadBack({
    ledger: {
      eventsOf: async () => [],
      async resolve(_id, outcome) {
        resolutions.push(outcome);
        return { command: { ...command, state: outcome.state }, refused: null };
      },
    },
    facts: {
      siteOf: async () => ({ site: aSite({ profile: HK3 }), profile: HK3, controllerUrl: "http://127.0.0.1:9/" }),
    },
    plant: {
      latest: () => latest,
      onMoved: () => () => {},
      watch: () => {},
      pollNow() {
        polls += 1;
        return answer.promise;
      },
    },
    clock: { wallMs: () => nowMs, monotonicMs: () => nowMs },
  });
  const lookAfter = (seconds: number) => {
    nowMs = NOW_MS + seconds * 1000;
    return readBack.look([command]);
  };
  latest = readAt(58);
  expect([await lookAfter(59), polls]).toEqual([[], 0]);
  // Once, as long as it is under way.
  expect([await lookAfter(61), await lookAfter(62), polls]).toEqual([[], [], 1]);
  latest = readAt(61);
  answer.resolve(true);
  expect(await lookAfter(63)).toMatchObject([{ state: "failed" }]);
  expect(resolutions).toMatchObject([{ state: "failed", reason: "not-seen" }]);
  expect(polls).toBe(1);
  readBack.stop();
});
