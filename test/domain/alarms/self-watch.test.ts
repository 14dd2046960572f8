import { describe, expect, test } from "vitest";
import { alarmClassOf } from "../../../domain/alarms/alarm-class.ts";
import { ConditionEvent } from "../../../domain/alarms/alarm-event.ts";
import { PLATFORM_RULE_FACTS, PLATFORM_RULES } from "../../../domain/alarms/self-watch/index.ts";
import {
  activeAlarms,
  endEvents,
  judgePlatform,
  type PlatformState,
  stateEvents,
  UNKNOWN_PLATFORM,
} from "../../../domain/alarms/self-watch/judge-platform.ts";
import type { PlatformFacts, RoundFact } from "../../../domain/alarms/self-watch/platform-facts.ts";
import { isWell } from "../../../domain/alarms/self-watch/service-rules.ts";

const MINUTE_MS = 60_000;
const START_MS = Date.parse("2026-03-02T08:00:00.000Z");

const rounds = (atMs: number, change: Partial<RoundFact> = {}): RoundFact[] => {
  const newest = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
  return [0, 1, 2, 3, 4].map((back) => ({
    slotMs: newest - back * MINUTE_MS,
    durationMs: 1_200,
    sites: 150,
    ok: 150,
    skipped: 0,
    ...change,
  }));
};

function well(atMs: number): PlatformFacts {
  return {
    atMs,
    intervalMs: MINUTE_MS,
    sinceMs: START_MS - 3_600_000,
    rounds: rounds(atMs),
    sitesExpected: 150,
    judgedMs: Math.floor(atMs / MINUTE_MS) * MINUTE_MS,
    rulesJudged: 31,
    holdersWithoutRules: [],
    writeLagS: 2,
    journalShare: 0.1,
    failingChannels: [],
    heartbeatFailingSinceMs: null,
    recordingStoppedSinceMs: null,
  };
}

/** Looks every 5 s. @returns what was told, as `30 raised write-lag` (seconds since the start), and the state */
function watch(
  seconds: number,
  change: (second: number, atMs: number) => Partial<PlatformFacts>,
  from?: PlatformState,
) {
  let state = from ?? UNKNOWN_PLATFORM;
  const told: string[] = [];
  for (let second = 0; second <= seconds; second += 5) {
    const atMs = START_MS + second * 1000;
    const step = judgePlatform(state, { ...well(atMs), ...change(second, atMs) });
    state = step.state;
    for (const event of step.events) {
      expect(ConditionEvent.safeParse(event).success).toBe(true);
      if (second > 0 || event.type !== "cleared") {
        told.push(`${second} ${event.type} ${event.ruleId.replace("platform-", "")}`);
      }
    }
  }
  return { told, state };
}

/** What is left of the first "nothing is wrong", which comes once its off-delay is over. */
const wrong = (told: readonly string[]) => {
  const raised = new Set<string>();
  return told.filter((line) => {
    const rule = line.split(" ")[2] ?? "";
    if (line.includes(" raised ")) raised.add(rule);
    return raised.has(rule);
  });
};
const between = (second: number, from: number, to: number) => second >= from && second < to;

describe("each rule raises and clears", () => {
  test.for([
    {
      name: "late rounds: two of three, not one",
      facts: (second: number, atMs: number) => ({
        rounds: rounds(atMs).map((round, place) =>
          between(second, 60, 120) ? { ...round, durationMs: place < 2 ? 5_003 : 900 } : round,
        ),
      }),
      expected: ["60 raised round-late", "240 cleared round-late"],
    },
    {
      name: "one late round is no alarm",
      facts: (_second: number, atMs: number) => ({
        rounds: rounds(atMs).map((round, place) => (place === 1 ? { ...round, durationMs: 5_003 } : round)),
      }),
      expected: [],
    },
    {
      name: "few polls succeed for two minutes",
      facts: (second: number, atMs: number) => ({
        rounds: rounds(atMs, between(second, 30, 300) ? { ok: 142 } : {}),
      }),
      expected: ["150 raised poll-success", "480 cleared poll-success"],
    },
    {
      name: "sites that are left out for long do not count",
      facts: (_second: number, atMs: number) => ({ rounds: rounds(atMs, { ok: 100, skipped: 50 }) }),
      expected: [],
    },
    {
      name: "most of the fleet silent, in long rounds: the scan rule tells that",
      facts: (second: number, atMs: number) => ({
        rounds: rounds(atMs, between(second, 30, 600) ? { ok: 74, durationMs: 5_003 } : {}),
      }),
      expected: [],
    },
    {
      name: "half of the fleet silent, in long rounds",
      facts: (second: number, atMs: number) => ({
        rounds: rounds(atMs, between(second, 30, 300) ? { ok: 75, durationMs: 5_003 } : {}),
      }),
      expected: [
        "30 raised round-late",
        "150 raised poll-success",
        "420 cleared round-late",
        "480 cleared poll-success",
      ],
    },
    {
      name: "what was wrong before stays, while most of the fleet is silent",
      facts: (second: number, atMs: number) => ({
        rounds: rounds(atMs, between(second, 30, 380) ? { ok: second < 200 ? 140 : 3 } : {}),
      }),
      expected: ["150 raised poll-success", "560 cleared poll-success"],
    },
    {
      name: "no rounds any more",
      facts: (second: number) => (second < 60 ? {} : { rounds: rounds(START_MS) }),
      // Two intervals and 10 s after the last one, and 90 s more.
      expected: ["225 raised collector-silent"],
    },
    {
      name: "rounds that leave sites out",
      facts: (second: number, atMs: number) => ({
        rounds: rounds(atMs, between(second, 10, 200) ? { sites: 141, ok: 141 } : {}),
      }),
      expected: ["100 raised collector-silent", "200 cleared collector-silent"],
    },
    {
      name: "the database is behind, with a deadband",
      facts: (second: number) => ({ writeLagS: second < 30 ? 2 : second < 120 ? 61 : second < 200 ? 45 : 5 }),
      expected: ["60 raised write-lag", "260 cleared write-lag"],
    },
    {
      name: "the journal fills",
      facts: (second: number) => ({ journalShare: second < 30 ? 0.79 : second < 60 ? 0.8 : second < 90 ? 0.96 : 0.5 }),
      expected: ["30 raised journal-filling", "60 updated journal-filling", "150 cleared journal-filling"],
    },
    {
      name: "rounds end and none is judged",
      facts: (second: number) => (second >= 30 && second < 240 ? { judgedMs: START_MS } : {}),
      expected: ["120 raised rules-stalled", "240 cleared rules-stalled"],
    },
    {
      name: "a rule node has no usable rules; no other one has any for a while",
      facts: (second: number) =>
        between(second, 20, 90) ? { holdersWithoutRules: ["a1"], rulesJudged: between(second, 40, 60) ? 0 : 31 } : {},
      expected: [
        "20 raised rules-missing",
        "40 updated rules-missing",
        "60 updated rules-missing",
        "90 cleared rules-missing",
      ],
    },
    {
      name: "a channel fails",
      facts: (second: number) => ({ failingChannels: between(second, 20, 40) ? ["mail", "wecom"] : [] }),
      expected: ["20 raised channel-failing", "100 cleared channel-failing"],
    },
    {
      name: "no heartbeat is taken",
      facts: (second: number) => ({ heartbeatFailingSinceMs: between(second, 20, 300) ? START_MS + 20_000 : null }),
      expected: ["200 raised heartbeat-failing", "300 cleared heartbeat-failing"],
    },
    {
      name: "video is not recorded that is to be",
      facts: (second: number) => ({ recordingStoppedSinceMs: between(second, 20, 300) ? START_MS + 20_000 : null }),
      expected: ["30 raised recording-stopped", "360 cleared recording-stopped"],
    },
  ])("$name", ({ facts, expected }) => {
    expect(wrong(watch(600, facts).told)).toEqual(expected);
  });

  test("all is well: nothing is raised", () => {
    expect(activeAlarms(watch(600, () => ({})).state)).toEqual([]);
  });
});

test("what cannot be told neither raises nor clears", () => {
  const raised = watch(120, () => ({ writeLagS: 300, journalShare: 0.9 })).state;
  const unknown = { writeLagS: null, journalShare: null };
  expect(wrong(watch(600, () => unknown, raised).told)).toEqual([]);
  expect(activeAlarms(watch(600, () => unknown, raised).state).map(({ ruleId }) => ruleId)).toEqual([
    "platform-write-lag",
    "platform-journal-filling",
  ]);
  expect(
    wrong(watch(600, () => ({ ...unknown, rounds: [], judgedMs: null, sinceMs: START_MS + 600_000 })).told),
  ).toEqual([]);
});

test("a process that has just started waits for its first rounds", () => {
  const started = { sinceMs: START_MS, judgedMs: null, rounds: [] };
  expect(wrong(watch(200, () => started).told)).toEqual([]);
  expect(wrong(watch(300, () => started).told)).toEqual(["225 raised collector-silent"]);
});

test("without sites nobody has to collect", () => {
  expect(wrong(watch(600, () => ({ rounds: [], sitesExpected: 0, judgedMs: null })).told)).toEqual([]);
});

test("an alarm that an ended process left behind is cleared by the next", () => {
  const step = judgePlatform(UNKNOWN_PLATFORM, well(START_MS));
  expect(step.events).toContainEqual(expect.objectContaining({ type: "cleared", ruleId: "platform-rules-stalled" }));
});

test("says everything that it knows, and ends what is active", () => {
  const { state } = watch(60, () => ({ journalShare: 0.99 }));
  const said = stateEvents(state, START_MS).map(({ type, ruleId }) => `${type} ${ruleId}`);
  expect(said).toContain("raised platform-journal-filling");
  expect(said).toContain("cleared platform-channel-failing");
  expect(endEvents(state, START_MS)).toMatchObject([{ type: "cleared", ruleId: "platform-journal-filling" }]);
  const raised = stateEvents(state, START_MS).find(({ type }) => type === "raised");
  expect(raised).toMatchObject({
    siteId: null,
    segmentId: null,
    priority: "critical",
    value: 99,
    limit: 80,
    unit: "%",
  });
});

test("is well only while rounds are judged and stored", () => {
  const facts = well(START_MS);
  expect(isWell(facts)).toBe(true);
  expect(isWell({ ...facts, judgedMs: null })).toBe(false);
  expect(isWell({ ...facts, judgedMs: START_MS - 136_000 })).toBe(false);
  expect(isWell({ ...facts, rulesJudged: 0 })).toBe(true);
  expect(isWell({ ...facts, rulesJudged: 0, holdersWithoutRules: ["a1"] })).toBe(false);
  expect(isWell({ ...facts, holdersWithoutRules: ["a1"] })).toBe(true);
  expect(isWell({ ...facts, writeLagS: 61 })).toBe(false);
  expect(isWell({ ...facts, writeLagS: null })).toBe(false);
});

test("each rule has its own class, and texts in both languages", () => {
  expect(PLATFORM_RULES).toHaveLength(10);
  for (const { id, class: own, texts } of PLATFORM_RULE_FACTS) {
    expect([id, own, alarmClassOf(id)]).toEqual([id, "platform", "platform"]);
    for (const words of Object.values(texts)) expect(Object.values(words).every((text) => text.length > 0)).toBe(true);
    expect(texts["zh-CN"].title).not.toBe(texts.en.title);
  }
  expect(alarmClassOf("leak")).toBe("process");
  expect(alarmClassOf("scan-suspect")).toBe("platform");
});
