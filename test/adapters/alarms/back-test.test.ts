import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type BackTests, createBackTests } from "../../../adapters/alarms/back-tests.ts";
import { createSlotReader } from "../../../adapters/alarms/history-slots.ts";
import { openHistory } from "../../../adapters/alarms/read-history-slots.ts";
import { runBackTest } from "../../../adapters/alarms/run-back-test.ts";
import { createSiteFlags } from "../../../adapters/alarms/site-flags.ts";
import type { Database } from "../../../adapters/database/database.ts";
import { applyConditionEvents } from "../../../domain/alarms/alarm-book.ts";
import { advanceSlot } from "../../../domain/alarms/alarm-engine.ts";
import type { ConditionEvent } from "../../../domain/alarms/alarm-event.ts";
import { canLookFirst } from "../../../domain/alarms/back-test/first-look.ts";
import { withParents } from "../../../domain/alarms/back-test/tested-rules.ts";
import { trustedReading } from "../../../domain/alarms/expression/point-reading.ts";
import { EMPTY_FLEET } from "../../../domain/alarms/fleet-state.ts";
import { localClock } from "../../../domain/alarms/local-clock.ts";
import { compileRuleSet } from "../../../domain/alarms/rule-set.ts";
import { DEFAULT_RULES } from "../../../domain/alarms/starter-rules/index.ts";
import { aRule, someFacts } from "../../domain/alarms/fleet-under-test.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { ENGINES, type OpenedEngine } from "../database/engines.ts";
import { FROM_MS, RECORDED as history, IDS, MINUTE_MS, storeHistory, TO_MS } from "./recorded-history.ts";

vi.setConfig({ testTimeout: 180_000 });

const TIME_ZONE = "Asia/Shanghai";
const FACTS = new Map(IDS.map((id) => [id, someFacts(id, { segmentId: "seg", circleId: "all" })]));
const TESTED = DEFAULT_RULES.map(({ id }) => id);
const never = new AbortController().signal;

/** What the live rules said, from the snapshots as they were collected. */
function live(): readonly ConditionEvent[] {
  const set = compileRuleSet(DEFAULT_RULES);
  let state = EMPTY_FLEET;
  return history.flatMap((snapshots, minute) => {
    const slotMs = FROM_MS + minute * MINUTE_MS;
    const latest = (siteId: string) => snapshots.find((one) => one.siteId === siteId);
    const slot = { slotMs, facts: FACTS, clock: localClock(slotMs, TIME_ZONE) };
    const step = advanceSlot(set, state, slot, snapshots, { latest });
    state = step.state;
    return step.events;
  });
}

describe.for(ENGINES)("back-tests on $name", ({ isMissing, open }) => {
  let opened: OpenedEngine;
  let database: Database;
  const it = test.skipIf(isMissing);

  beforeAll(async () => {
    if (isMissing) return;
    opened = await open();
    database = opened.database;
    await storeHistory(database);
  });
  afterAll(() => opened?.dispose());

  const stretch = { siteIds: IDS, fromMs: FROM_MS, toMs: TO_MS, intervalS: 60 };
  const aRun = {
    variants: [{ rules: DEFAULT_RULES, tested: TESTED }],
    facts: [...FACTS.values()],
    fromMs: FROM_MS,
    toMs: TO_MS,
    budgetPerSiteDay: 1,
    timeZone: TIME_ZONE,
    signal: never,
  };

  it("reads what was collected: values, doubts, faults, words and the rounds in which nobody answered", async () => {
    const points = ["supply_temp_c", "supply_flow_m3h", "chip_temp_max_c", "leak_detected", "running_mode"] as const;
    const { plan, chunks } = await openHistory(database, { ...stretch, points, valuesPerStatement: 400 });
    const slotsOf = createSlotReader(plan);
    const found: unknown[] = [];
    for await (const chunk of chunks()) {
      for (const { slotMs, readings } of slotsOf(chunk)) {
        const shown = readings.map(({ siteId, reading }) => ({ siteId, ...structuredClone(reading) }));
        found.push([slotMs, shown]);
      }
    }
    const wanted = history.map((snapshots, minute) => [
      FROM_MS + minute * MINUTE_MS,
      snapshots.map((snapshot) => {
        const { values, faults, unknownFaults } = trustedReading(snapshot);
        const own = Object.fromEntries(points.map((point) => [point, rounded(values[point])]));
        return { siteId: snapshot.siteId, values: own, faults, unknownFaults };
      }),
    ]);
    expect(found).toEqual(wanted);
  });

  it("fires exactly as the live rules did, in whatever pieces the history is read", async () => {
    const events = live();
    const { transitions } = applyConditionEvents(new Map(), events);
    const told = transitions.filter(({ isAnnounced }) => isAnnounced).length;
    expect(events.length).toBeGreaterThan(100);
    for (const valuesPerStatement of [500, 1_000_000]) {
      const [result] = await runBackTest({ ...aRun, database, valuesPerStatement });
      expect(result?.items.map(({ alarmId, beginAt }) => `${beginAt} ${alarmId}`).sort()).toEqual(
        events.flatMap((event) => (event.type === "raised" ? [`${event.at} ${nameOf(event)}`] : [])).sort(),
      );
      const ends = (result?.items ?? []).flatMap(({ alarmId, endAt }) =>
        endAt === null ? [] : [`${endAt} ${alarmId}`],
      );
      expect(ends.sort()).toEqual(
        events.flatMap((event) => (event.type === "cleared" ? [`${event.at} ${nameOf(event)}`] : [])).sort(),
      );
      expect((result?.announced ?? 0) + (result?.events ?? 0)).toBe(told);
      expect(result?.snapshots).toBe(history.flat().length);
    }
  });

  it("one rule, whose parents are only judged where it fired, fires and is hidden as it was live", async () => {
    const tested = "supply-temp-high";
    const rules = withParents(
      DEFAULT_RULES,
      DEFAULT_RULES.filter(({ id }) => id === tested),
    );
    expect(canLookFirst({ rules, tested: new Set([tested]) })).toBe(true);
    const events = live().filter(({ ruleId }) => ruleId === tested);
    const { transitions } = applyConditionEvents(new Map(), events);
    const shares: number[] = [];
    const [result] = await runBackTest({
      ...aRun,
      variants: [{ rules, tested: [tested] }],
      database,
      valuesPerStatement: 2_000,
      onProgress: ({ share }) => shares.push(share),
    });
    const raised = events.filter((event) => event.type === "raised");
    expect(raised.length).toBeGreaterThan(5);
    const began = (result?.items ?? []).map(({ alarmId, beginAt, hiddenBy }) => `${beginAt} ${alarmId} ${hiddenBy}`);
    expect(began.sort()).toEqual(raised.map((event) => `${event.at} ${nameOf(event)} ${event.suppressedBy}`).sort());
    expect(result?.announced).toBe(transitions.filter(({ isAnnounced }) => isAnnounced).length);
    expect(result?.snapshots).toBe(history.flat().length);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBeCloseTo(1);
  });

  it("knows the flags of then", async () => {
    const flags = createSiteFlags({ database, sites: { numberOf: (id) => Number(id.slice(5)) } });
    const siteIds = IDS.slice(0, 1);
    const period = { beginsAtMs: FROM_MS, endsAtMs: FROM_MS + 60 * MINUTE_MS, nowMs: FROM_MS };
    const [flag] = await flags.set({ kind: "maintenance", siteIds, ...period, reason: "a pump", by: "wang" });
    await flags.end(flag?.id ?? "", "wang", FROM_MS + 10 * MINUTE_MS);
    const hot = aRule({ kind: "limit", point: "supply_temp_c", op: ">", limit: 0 }, { suppressedBy: ["maintenance"] });
    const [result] = await runBackTest({ ...aRun, database, variants: [{ rules: [hot], tested: [hot.id] }] });
    const own = result?.items.filter(({ siteId }) => siteId === IDS[0]) ?? [];
    expect(own[0]?.hiddenBy).toBe("maintenance");
    const begin = Date.parse(own[0]?.beginAt ?? "");
    expect(own[0]?.maintenanceS).toBe((FROM_MS + 10 * MINUTE_MS - begin) / 1000);
    expect(begin).toBeLessThan(FROM_MS + 10 * MINUTE_MS);
    await database.query("truncate site_flag");
  });

  it("says so when the database is away", async () => {
    const away = { query: () => Promise.reject(new Error("gone")) };
    await expect(runBackTest({ ...aRun, database: away })).rejects.toMatchObject({ code: "storage.unavailable" });
  });
});

/** The server is the fastest to fill; bounds do not depend on it. */
describe("bounds of back-tests", () => {
  let opened: OpenedEngine;
  let tests: BackTests;
  const engine = ENGINES[0];
  const order = {
    username: "wang",
    siteIds: IDS,
    variant: { rules: DEFAULT_RULES, tested: TESTED },
    before: null,
    fromMs: FROM_MS,
    toMs: TO_MS,
    budgetPerSiteDay: 1,
  };
  /** Answers as the database does, but waits for `go` before each piece of history. */
  let gate = Promise.withResolvers<void>();
  const slow = {
    async query(text: string, values?: readonly unknown[]) {
      if (text.includes("array_send")) await gate.promise;
      return opened.database.query(text, values);
    },
  };
  const openTests = (withinMs?: number) =>
    createBackTests({
      database: slow,
      facts: () => FACTS,
      timeZone: TIME_ZONE,
      clock: Date.now,
      log: recordedLog(),
      ...(withinMs === undefined ? {} : { withinMs }),
    });
  const ended = (id: string, username = "wang") =>
    vi.waitFor(
      () => {
        const job = tests.get(id, username);
        if (job === null || job.endedMs === null) throw new Error("still running");
        return job;
      },
      { timeout: 30_000, interval: 20 },
    );

  beforeAll(async () => {
    if (engine === undefined) throw new Error("no engine");
    opened = await engine.open();
    await storeHistory(opened.database);
    tests = openTests();
  });
  afterAll(async () => {
    gate.resolve();
    await tests.close();
    await opened.dispose();
  });

  test("one of each person and two in all run at once; others' are nobody's business", async () => {
    gate = Promise.withResolvers();
    const first = tests.start(order);
    expect(() => tests.start(order)).toThrow(expect.objectContaining({ code: "backtest.busy" }));
    const second = tests.start({ ...order, username: "li" });
    expect(() => tests.start({ ...order, username: "chen" })).toThrow(
      expect.objectContaining({ code: "backtest.busy" }),
    );
    expect(tests.get(first.id, "li")).toBeNull();
    expect(tests.cancel(first.id, "li")).toBeNull();
    gate.resolve();
    const [job] = await Promise.all([ended(first.id), ended(second.id, "li")]);
    expect(job).toMatchObject({ state: "done", progress: 1, failure: null });
    expect(job.result?.firings).toBeGreaterThan(10);
    expect(tests.start(order).state).toBe("running");
    await vi.waitFor(() => expect(() => tests.start({ ...order, username: "chen" })).not.toThrow());
  });

  test("one that is cancelled ends, and gives room for another", async () => {
    await tests.close();
    gate = Promise.withResolvers();
    const { id } = tests.start(order);
    tests.cancel(id, "wang");
    gate.resolve();
    expect(await ended(id)).toMatchObject({ state: "cancelled", result: null });
    const next = tests.start(order);
    expect(await ended(next.id)).toMatchObject({ state: "done" });
  });

  test("one that takes too long is ended", async () => {
    await tests.close();
    tests = openTests(50);
    gate = Promise.withResolvers();
    const { id } = tests.start(order);
    await new Promise((resolve) => setTimeout(resolve, 100));
    gate.resolve();
    expect(await ended(id)).toMatchObject({ state: "failed", failure: { code: "backtest.too-long" } });
    await tests.close();
    tests = openTests();
  });

  test("old and new rules run over the same history", async () => {
    gate.resolve();
    const warm = aRule({ kind: "limit", point: "supply_temp_c", op: ">=", limit: 37 }, { id: "warm" });
    const hot = aRule({ kind: "limit", point: "supply_temp_c", op: ">=", limit: 41 }, { id: "warm" });
    const variantOf = (rule: typeof warm) => ({ rules: [rule], tested: [rule.id] });
    const { id } = tests.start({ ...order, variant: variantOf(hot), before: variantOf(warm) });
    const { difference, before, result } = await ended(id);
    expect(before?.firings).toBeGreaterThan(result?.firings ?? 0);
    expect(difference?.both).toBeGreaterThan(0);
    expect(difference?.onlyBefore).toBeGreaterThan(0);
  });

  test("rules that cannot work together fail with their reason", async () => {
    const orphan = aRule({ kind: "limit", point: "supply_temp_c", op: ">=", limit: 37 }, { suppressedBy: ["nobody"] });
    const { id } = tests.start({ ...order, variant: { rules: [orphan], tested: [orphan.id] } });
    expect(await ended(id)).toMatchObject({ state: "failed", failure: { code: "rule.invalid" } });
  });

  test("the event loop goes on while history is judged", async () => {
    let worstMs = 0;
    let lastMs = performance.now();
    const timer = setInterval(() => {
      worstMs = Math.max(worstMs, performance.now() - lastMs - 5);
      lastMs = performance.now();
    }, 5);
    const { id } = tests.start(order);
    await ended(id);
    clearInterval(timer);
    // Judging here would take some seconds; a busy machine may delay a timer for a part of one.
    expect(worstMs).toBeLessThan(1_000);
  });
});

/** A stored number has seven digits. */
function rounded(value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 1e4) / 1e4 : value;
}

function nameOf({ siteId, segmentId, ruleId }: ConditionEvent): string {
  return `${siteId ?? `~${segmentId ?? ""}`}.${ruleId}`;
}
