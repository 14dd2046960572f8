import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  afterFailure,
  afterLate,
  afterSkip,
  afterSuccess,
  NEW_CONTACT,
  roundAction,
  type SiteContact,
} from "../../../domain/collection/circuit-breaker.ts";
import { deservesLateTry, lateTry } from "../../../domain/collection/late-retry.ts";
import {
  judgeFailure,
  lagSinceMs,
  newLoopLag,
  resumeLoopLag,
  tickLoopLag,
} from "../../../domain/collection/loop-lag.ts";

/** What happens to a dead site, round by round. */
function actionsOfDeadSite(rounds: number, random: () => number): string[] {
  let contact: SiteContact = NEW_CONTACT;
  return Array.from({ length: rounds }, () => {
    const action = roundAction(contact);
    contact = action === "skip" ? afterSkip(contact) : afterFailure(contact, "timeout", random());
    return action;
  });
}

describe("circuit breaker", () => {
  test("one full round, two short tries, then a probe every 1, 2, 4, 5, 5 rounds", () => {
    const actions = actionsOfDeadSite(20, () => 0);
    const probes = actions.flatMap((action, round) => (action === "probe" ? [round] : []));
    expect(actions[0]).toBe("poll");
    expect(probes).toEqual([1, 2, 3, 5, 9, 14, 19]);
  });

  test("jitter brings a probe forward, never back", () => {
    const probes = actionsOfDeadSite(20, () => 0.999).flatMap((action, round) => (action === "probe" ? [round] : []));
    expect(probes).toEqual([1, 2, 3, 4, 6, 9, 12, 15, 18]);
  });

  test("the first success closes it fully", () => {
    let contact: SiteContact = NEW_CONTACT;
    for (let i = 0; i < 9; i += 1) contact = afterFailure(contact, "refused", 0);
    expect(contact).toMatchObject({ breaker: "open", misses: 9, lastCause: "refused" });
    expect(afterSuccess(contact)).toEqual(NEW_CONTACT);
    expect(roundAction(afterSuccess(contact))).toBe("poll");
  });

  test("our own lateness is a miss, and nothing that opens it", () => {
    let contact: SiteContact = NEW_CONTACT;
    for (let i = 0; i < 9; i += 1) contact = afterLate(contact);
    expect(contact).toMatchObject({ breaker: "closed", misses: 9, failures: 0 });
  });

  test("law: a dead site is probed at least every 5 rounds, and misses count every round", () => {
    const chances = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 60 });
    fc.assert(
      fc.property(chances, (chance) => {
        let next = 0;
        const actions = actionsOfDeadSite(60, () => chance[next++ % chance.length] ?? 0);
        for (let from = 0; from + 5 <= actions.length; from += 1) {
          expect(actions.slice(from, from + 5).some((action) => action !== "skip")).toBe(true);
        }
      }),
    );
  });
});

describe("tries outside the round", () => {
  const situation = { nowMs: 600, roundClosesMs: 5000, nextStartMs: 60_000, intervalMs: 60_000, tried: 0 };
  test.for([
    { name: "the first waits for the close and 5 s", over: {}, expected: { delayMs: 5000, timeoutMs: 3000 } },
    { name: "never before the close", over: { intervalMs: 12_000 }, expected: { delayMs: 4400, timeoutMs: 3000 } },
    { name: "the second waits 10 s", over: { nowMs: 9000, tried: 1 }, expected: { delayMs: 10_000, timeoutMs: 3000 } },
    { name: "clipped by the next slot", over: { nowMs: 54_000 }, expected: { delayMs: 5000, timeoutMs: 900 } },
    { name: "no time left", over: { nowMs: 55_000 }, expected: null },
    { name: "not at 1 s", over: { intervalMs: 1000, roundClosesMs: 900, nextStartMs: 1000 }, expected: null },
  ])("$name", ({ over, expected }) => expect(lateTry({ ...situation, ...over }, 0.5)).toEqual(expected));

  const open: SiteContact = { breaker: "open", failures: 5, misses: 5, skip: 2, lastCause: "timeout" };
  test.for([
    { name: "a suspect", contact: NEW_CONTACT, cause: "refused" as const, retryable: true, tried: 3, expected: true },
    {
      name: "the same answer again",
      contact: NEW_CONTACT,
      cause: "bad_json" as const,
      retryable: false,
      tried: 0,
      expected: false,
    },
    { name: "a dead site", contact: open, cause: "refused" as const, retryable: true, tried: 0, expected: false },
    {
      name: "a dead site that may only be slow",
      contact: open,
      cause: "timeout" as const,
      retryable: true,
      tried: 0,
      expected: true,
    },
    { name: "but once", contact: open, cause: "timeout" as const, retryable: true, tried: 1, expected: false },
  ])("$name: $expected", ({ contact, cause, retryable, tried, expected }) => {
    expect(deservesLateTry(contact, cause, retryable, tried)).toBe(expected);
  });
});

describe("a late loop", () => {
  test("250 ms are the site's fault, 251 are ours, and refused is always the site's", () => {
    expect(judgeFailure("timeout", 250)).toBe("timeout");
    expect(judgeFailure("timeout", 251)).toBe("overloaded");
    expect(judgeFailure("refused", 4000)).toBe("refused");
    expect(judgeFailure("bad_json", 4000)).toBe("bad_json");
  });

  test("is remembered from its end on, and seen before its tick", () => {
    const lag = newLoopLag(0);
    tickLoopLag(lag, 100);
    expect(lagSinceMs(lag, 0, 150)).toBe(0);
    expect(lagSinceMs(lag, 0, 4200)).toBe(4000);
    tickLoopLag(lag, 4200);
    expect(lagSinceMs(lag, 4100, 4250)).toBe(4000);
    expect(lagSinceMs(lag, 4201, 4250)).toBe(0);
  });

  test("is not made of a time without heartbeats", () => {
    const lag = newLoopLag(0);
    resumeLoopLag(lag, 60_000);
    expect(lagSinceMs(lag, 60_000, 60_050)).toBe(0);
    tickLoopLag(lag, 60_100);
    expect(lagSinceMs(lag, 60_000, 60_150)).toBe(0);
    expect(lagSinceMs(lag, 60_000, 64_200)).toBe(4000);
  });
});
