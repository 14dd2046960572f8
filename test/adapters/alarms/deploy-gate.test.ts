import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { BackTestJob, BackTestOrder } from "../../../adapters/alarms/back-tests.ts";
import { createDeployGate } from "../../../adapters/alarms/deploy-gate.ts";
import type { BackTestResult } from "../../../domain/alarms/back-test/back-test-result.ts";
import { changedRules } from "../../../domain/alarms/back-test/changed-rules.ts";
import { createBackTest } from "../../../domain/alarms/back-test.ts";
import type { Rule } from "../../../domain/alarms/rule.ts";
import { AppError } from "../../../domain/errors.ts";
import { aRule, NOON, START_MS, someFacts } from "../../domain/alarms/fleet-under-test.ts";
import { recordedLog } from "../../services/recorded-log.ts";

const HOT = { kind: "limit", point: "supply_temp_c", op: ">=", limit: 40 };
const hot = aRule(HOT, { id: "hot" });
const cold = aRule({ ...HOT, op: "<" }, { id: "cold" });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A result of a day without anything in it, but for what the test says. */
function aResult(perDay: number, share: number): BackTestResult {
  const test = createBackTest({
    rules: [hot],
    tested: new Set(["hot"]),
    factsAt: () => new Map([["a", someFacts("a")]]),
    clockAt: () => NOON,
    flags: [],
    fromMs: START_MS,
    toMs: START_MS + 86_400_000,
  });
  const result = test.result();
  return { ...result, siteDays: 7, perDay, budget: { ...result.budget, share } };
}

function played(result: BackTestResult) {
  const orders: BackTestOrder[] = [];
  const warnings: unknown[] = [];
  let rules: readonly Rule[] = [hot];
  let isBusy = false;
  let job: BackTestJob | null = null;
  const gate = createDeployGate({
    rules: () => rules,
    isJudging: () => true,
    siteIds: () => ["a"],
    backTests: {
      start(order) {
        if (isBusy) throw new AppError("backtest.busy", "busy");
        orders.push(order);
        const facts = {
          id: "x",
          username: order.username,
          startedMs: 0,
          endedMs: null,
          progress: 0,
          snapshots: 0,
          order,
        };
        job = { ...facts, state: "running", result: null, before: null, difference: null, failure: null };
        return job;
      },
      get: () => job,
    },
    onWarning: (verdict, ids) => warnings.push([verdict.isWithin, ids]),
    clock: () => START_MS,
    log: recordedLog(),
    lookMs: 10,
  });
  vi.advanceTimersByTime(20);
  return {
    orders,
    warnings,
    deploy(next: readonly Rule[]) {
      rules = next;
      vi.advanceTimersByTime(20);
    },
    busy(next: boolean) {
      isBusy = next;
      vi.advanceTimersByTime(20);
    },
    finish() {
      if (job !== null) job = { ...job, state: "done", result };
      vi.advanceTimersByTime(20);
    },
    close: () => gate.close(),
  };
}

test("rules that were deployed and would take more than the budget are warned of, once", () => {
  const gate = played(aResult(900, 6));
  expect(gate.orders).toEqual([]);
  gate.deploy([hot, cold]);
  expect(gate.orders).toMatchObject([{ variant: { tested: ["cold"] }, toMs: START_MS }]);
  gate.finish();
  gate.deploy([hot, cold]);
  expect(gate.warnings).toEqual([[false, ["cold"]]]);
  expect(gate.orders).toHaveLength(1);
  gate.close();
});

test("within the budget nothing is said", () => {
  const gate = played(aResult(0.1, 0.1));
  gate.deploy([cold]);
  gate.finish();
  expect([gate.orders.length, gate.warnings]).toEqual([1, []]);
  gate.close();
});

test("while others test, it waits for its turn", () => {
  const gate = played(aResult(900, 6));
  gate.busy(true);
  gate.deploy([hot, cold]);
  expect(gate.orders).toEqual([]);
  gate.busy(false);
  expect(gate.orders).toHaveLength(1);
  gate.close();
});

test("other words are no change, another limit or a new rule is, and a rule that is off fires nowhere", () => {
  const reworded = { ...hot, respondWithinMin: 99, source: "J" };
  expect(changedRules([hot], [reworded])).toEqual([]);
  const edited = aRule({ ...HOT, limit: 41 }, { id: "hot" });
  expect(changedRules([hot], [edited, cold]).map(({ id }) => id)).toEqual(["hot", "cold"]);
  expect(changedRules([hot], [{ ...cold, enabled: false }])).toEqual([]);
});
