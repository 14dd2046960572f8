import { expect, test } from "vitest";
import { compileRule } from "../../../domain/alarms/compile-rule.ts";
import { isAtRest } from "../../../domain/alarms/evaluate-rule.ts";
import { IDLE, type RuleState } from "../../../domain/alarms/rule-state.ts";
import { aRule, START_MS } from "./fleet-under-test.ts";

const HOT = { kind: "limit", point: "supply_temp_c", op: ">=", limit: 40 };
const hot = compileRule(aRule(HOT));
const held = compileRule(aRule({ kind: "held", of: HOT, forS: 300 }));
const counted = compileRule(aRule({ kind: "count", of: HOT, min: 2, windowS: 600 }));

test.each<[string, typeof hot, RuleState | null, boolean]>([
  ["a rule that knows nothing", hot, null, true],
  ["a clear one", hot, IDLE, true],
  ["an active one", hot, { ...IDLE, activeSinceMs: START_MS }, false],
  ["one whose delay runs", hot, { ...IDLE, pending: { forMs: 0, lastMs: START_MS } }, false],
  ["one that has held in some of its samples", hot, { ...IDLE, recentBits: 4 }, false],
  ["a part that has begun to hold", held, { ...IDLE, memory: [{ forMs: 0, lastMs: START_MS }] }, false],
  ["a part that does not hold", held, { ...IDLE, memory: [null] }, true],
  ["a count that has not heard anything", counted, null, false],
  ["a count with a beginning", counted, { ...IDLE, memory: [[false, [START_MS]]] }, false],
  ["a count of nothing", counted, { ...IDLE, memory: [[false, []]] }, true],
])("%s rests or not", (_, compiled, state, isResting) => {
  expect(isAtRest(compiled, state, START_MS)).toBe(isResting);
});
