import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { AlarmStore } from "../../../adapters/alarms/create-alarm-store.ts";
import { createAlarmStore } from "../../../adapters/alarms/create-alarm-store.ts";
import { FENCE_SQL } from "../../../adapters/leases/lease-store.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import { JudgingProcess, makeLease, type ProcessParts } from "../../alarms/judging-process.ts";
import { aRule, aSnapshot, START_MS, someFacts } from "../../domain/alarms/fleet-under-test.ts";
import { ENGINES, type OpenedEngine } from "../database/engines.ts";
import { addSites } from "../database/snapshots.ts";

vi.setConfig({ testTimeout: 60_000 });

const SITES = ["site-001", "site-002", "site-003"];
const FACTS = new Map(SITES.map((id) => [id, someFacts(id)]));
const LEAK = aRule({ kind: "flag", point: "leak_detected" }, { id: "leak", offDelayS: 120 });
const HOT = aRule({ kind: "limit", point: "supply_temp_c", op: ">", limit: 40 }, { id: "hot", onDelayS: 180 });
const RULES = [LEAK, HOT];
const slotAt = (minute: number) => START_MS + minute * 60_000;

function roundAt(minute: number, values: Snapshot["values"] = {}): Snapshot[] {
  return SITES.map((id) => aSnapshot(id, slotAt(minute), id === "site-001" ? { values } : {}));
}

describe.for(ENGINES)("the alarm desk on $name", ({ isMissing, open }) => {
  const it = test.skipIf(isMissing);
  let opened: OpenedEngine;
  let nowMs = START_MS;
  const running: JudgingProcess[] = [];

  beforeAll(async () => {
    if (isMissing) return;
    opened = await open();
    await addSites(opened.database, SITES.length);
  });
  afterAll(() => opened?.dispose());
  beforeEach(async () => {
    if (isMissing) return;
    for (const process of running.splice(0)) {
      process.notice();
      await process.desk.stop();
    }
    await opened.database.query("truncate alarm, alarm_transition, alarm_memory");
    await makeLease(opened.database);
  });

  function processOf(name: string, parts: Partial<ProcessParts> = {}): JudgingProcess {
    const process = new JudgingProcess({
      database: opened.database,
      name,
      rules: RULES,
      facts: FACTS,
      clock: () => nowMs,
      ...parts,
    });
    running.push(process);
    return process;
  }
  async function judging(process: JudgingProcess): Promise<JudgingProcess> {
    expect(await process.take()).toBe(true);
    await vi.waitUntil(() => process.desk.isJudging());
    return process;
  }
  function play(process: JudgingProcess, minute: number, values: Snapshot["values"] = {}): Promise<void> {
    nowMs = slotAt(minute) + 1_000;
    return process.round(slotAt(minute), roundAt(minute, values));
  }
  async function told(): Promise<string[]> {
    const store = createAlarmStore({ database: opened.database, sites: { numberOf: () => 1 }, fenceSql: FENCE_SQL });
    const { items } = await store.transitions({ siteIds: null }, { limit: 100, cursor: null });
    return items.map(({ kind, alarmId, at }) => `${(Date.parse(at) - START_MS) / 60_000} ${kind} ${alarmId}`).reverse();
  }

  it("judges with the lease only, and says which slot it has judged", async () => {
    const process = processOf("one");
    await process.round(slotAt(0), roundAt(0, { leak_detected: true }));
    expect([process.desk.isJudging(), process.desk.judgedMs(), await told()]).toEqual([false, null, []]);
    await judging(process);
    await play(process, 1, { leak_detected: true });
    expect([process.desk.isJudging(), process.desk.judgedMs()]).toEqual([true, slotAt(1)]);
    expect(process.desk.rules()).toEqual(RULES);
    expect(await told()).toEqual(["1 raised site-001.leak"]);
    const other = processOf("two");
    expect(await other.take()).toBe(false);
  });

  it("a round whose report comes twice ends once", async () => {
    const process = await judging(processOf("one"));
    await play(process, 1);
    await process.round(slotAt(1), []);
    await process.round(slotAt(0), []);
    expect(process.desk.judgedMs()).toBe(slotAt(1));
    expect(await told()).toEqual([]);
  });

  it("delays that run and alarms that are active go on in the next process", async () => {
    const first = await judging(processOf("one"));
    await play(first, 0, { supply_temp_c: 45, leak_detected: true });
    await play(first, 1, { supply_temp_c: 45, leak_detected: true });
    await first.desk.stop();
    await first.giveBack();
    const second = await judging(processOf("two"));
    await play(second, 2, { supply_temp_c: 45, leak_detected: true });
    await play(second, 3, { supply_temp_c: 45 });
    await play(second, 4);
    await play(second, 5);
    expect(await told()).toEqual([
      "0 raised site-001.leak",
      "3 raised site-001.hot",
      "4 cleared site-001.hot",
      "5 cleared site-001.leak",
    ]);
  });

  it("while the database is away everything waits in order; what was judged meanwhile is stored when it is back", async () => {
    let isAway = false;
    const guarded = (real: AlarmStore): AlarmStore => ({
      ...real,
      applyConditions: (...args) => (isAway ? Promise.reject(new Error("away")) : real.applyConditions(...args)),
    });
    const process = await judging(processOf("one", { store: guarded }));
    await play(process, 0);
    isAway = true;
    const waiting = [1, 2, 3, 4].map((minute) => {
      nowMs = slotAt(minute) + 1_000;
      return process.judge(slotAt(minute), roundAt(minute, { leak_detected: minute === 1 }));
    });
    await vi.waitUntil(() => process.log.texts("warn").length > 0);
    expect(await told()).toEqual([]);
    expect(process.log.texts("warn")).toEqual(["alarms cannot be stored now: they wait"]);
    isAway = false;
    await Promise.all(waiting);
    expect(await told()).toEqual(["1 raised site-001.leak", "4 cleared site-001.leak"]);
  });

  it("a process that ends while the database is away does not wait for it", async () => {
    const process = await judging(
      processOf("one", {
        store: (real) => ({ ...real, applyConditions: () => Promise.reject(new Error("away")) }),
        retryMs: 600_000,
      }),
    );
    const waiting = [1, 2, 3].map((minute) => process.judge(slotAt(minute), roundAt(minute, { leak_detected: true })));
    await vi.waitUntil(() => process.log.texts("warn").length > 0);
    await process.desk.stop();
    await Promise.all(waiting);
    expect(await told()).toEqual([]);
  });

  it("what is being stored is stored when a process ends", async () => {
    const process = await judging(processOf("one"));
    nowMs = slotAt(1);
    const waiting = process.judge(slotAt(1), roundAt(1, { leak_detected: true }));
    await process.desk.stop();
    await waiting;
    expect(await told()).toEqual(["1 raised site-001.leak"]);
  });

  it("a lease that was lost without notice: nothing is written, neither alarms nor memory", async () => {
    const first = await judging(processOf("one"));
    await play(first, 0);
    await opened.database.query("update lease set expires_at = clock_timestamp() where name = 'alarms'");
    const second = await judging(processOf("two"));
    await play(second, 1, { leak_detected: true });
    const memory = () => opened.database.query("select state, saved_at from alarm_memory");
    const saved = await memory();
    await play(first, 1);
    await play(first, 2);
    expect(await memory()).toEqual(saved);
    await play(second, 2);
    expect(await told()).toEqual(["1 raised site-001.leak"]);
  });

  it("what was judged before another process did is not stored after it, though the lease has come back", async () => {
    let isAway = false;
    const guarded = (real: AlarmStore): AlarmStore => ({
      ...real,
      applyConditions: (...args) => (isAway ? Promise.reject(new Error("away")) : real.applyConditions(...args)),
    });
    const first = await judging(processOf("one", { store: guarded, retryMs: 50 }));
    await play(first, 0, { supply_temp_c: 45 });
    isAway = true;
    nowMs = slotAt(1) + 1_000;
    const waiting = first.judge(slotAt(1), roundAt(1, { leak_detected: true }));
    await vi.waitUntil(() => first.log.texts("warn").length > 0);
    await first.giveBack();
    const second = await judging(processOf("two"));
    await play(second, 2, { supply_temp_c: 45 });
    await play(second, 3, { supply_temp_c: 45 });
    await second.giveBack();
    await first.take();
    isAway = false;
    await waiting;
    await vi.waitUntil(() => first.desk.isJudging());
    await play(first, 4, { supply_temp_c: 45 });
    await play(first, 5, { supply_temp_c: 45 });
    // The delay goes on from what the second process remembered, and the leak that only the first saw is not there.
    expect(await told()).toEqual(["5 raised site-001.hot"]);
  });

  it("an alarm that ends while nobody judges and nothing is remembered ends all the same, and one that goes on is not told again", async () => {
    const first = await judging(processOf("one"));
    await play(first, 0, { leak_detected: true });
    await play(first, 1, { leak_detected: true, supply_temp_c: 45 });
    await first.desk.stop();
    await first.giveBack();
    await opened.database.query("truncate alarm_memory");
    const second = await judging(processOf("two"));
    await play(second, 30, { leak_detected: true });
    await play(second, 31);
    await play(second, 32);
    await play(second, 33);
    expect(await told()).toEqual(["0 raised site-001.leak", "33 cleared site-001.leak"]);
  });

  it("an alarm that the memory takes for active and that is over is raised again when its condition holds", async () => {
    const first = await judging(processOf("one"));
    await play(first, 0, { leak_detected: true });
    const { store } = first.desk;
    const at = new Date(slotAt(1)).toISOString();
    await store.applyConditions([{ type: "cleared", siteId: "site-001", segmentId: null, ruleId: "leak", at }], null);
    await first.giveBack();
    const second = await judging(processOf("two"));
    await play(second, 30, { leak_detected: true });
    expect(await told()).toEqual(["0 raised site-001.leak", "1 cleared site-001.leak", "30 raised site-001.leak"]);
  });

  it("memory that another version wrote in another form is left, and the stored alarms count", async () => {
    await opened.database.query("insert into alarm_memory (name, state) values ('fleet', '{\"old\":true}'::jsonb)");
    const process = await judging(processOf("one"));
    await play(process, 0, { leak_detected: true });
    const [row] = await opened.database.query("select state from alarm_memory");
    expect(row?.["state"]).toHaveProperty("ruleKeys.length", RULES.length);
  });

  /** Before a restart the node `own` had the rule of the leak, which is active; after it, it has nothing that can be used. */
  async function restartedWithoutOwn(memory: "kept" | "lost"): Promise<JudgingProcess> {
    const first = await judging(processOf("one", { rules: [HOT] }));
    first.holders = ["own", "rules"];
    first.desk.shelf.offer("own", [LEAK]);
    await play(first, 0, { leak_detected: true, supply_temp_c: 45 });
    await first.desk.stop();
    await first.giveBack();
    if (memory === "lost") await opened.database.query("truncate alarm_memory");
    const second = await judging(processOf("two", { rules: [HOT] }));
    second.holders = first.holders;
    for (const minute of [1, 2, 3, 4]) await play(second, minute, { supply_temp_c: 45 });
    expect(second.desk.holdersWithoutRules()).toEqual(["own"]);
    expect(await told()).toEqual(["0 raised site-001.leak", `${memory === "kept" ? 3 : 4} raised site-001.hot`]);
    return second;
  }

  describe.for(["kept", "lost"] as const)("a holder without usable rules, its memory %s", (memory) => {
    it("holds its alarms and lets the others judge; mended, it judges on", async () => {
      const process = await restartedWithoutOwn(memory);
      process.desk.shelf.offer("own", [LEAK]);
      await play(process, 5, { leak_detected: true, supply_temp_c: 45 });
      expect(process.desk.holdersWithoutRules()).toEqual([]);
      await play(process, 6, { supply_temp_c: 45 });
      await play(process, 8, { supply_temp_c: 45 });
      expect((await told()).slice(2)).toEqual(["8 cleared site-001.leak"]);
    });

    it("ends its alarms when it is taken away", async () => {
      const process = await restartedWithoutOwn(memory);
      process.holders = ["rules"];
      await play(process, 5, { supply_temp_c: 45 });
      expect((await told()).slice(2)).toEqual([expect.stringMatching(/ cleared site-001\.leak$/)]);
    });

    it("holds them over another restart", async () => {
      const second = await restartedWithoutOwn(memory);
      await second.desk.stop();
      await second.giveBack();
      const third = await judging(processOf("three", { rules: [HOT] }));
      third.holders = second.holders;
      await play(third, 6, { supply_temp_c: 45 });
      expect((await told()).slice(2)).toEqual([]);
      third.desk.shelf.offer("own", [HOT]);
      await play(third, 7, { supply_temp_c: 45 });
      expect((await told()).slice(2)).toEqual([expect.stringMatching(/ cleared site-001\.leak$/)]);
    });
  });

  it("an alarm of a rule that is in no memory, and gone, ends", async () => {
    const first = await judging(processOf("one"));
    await play(first, 0, { leak_detected: true });
    await first.giveBack();
    await opened.database.query("truncate alarm_memory");
    const second = await judging(processOf("two", { rules: [HOT] }));
    await play(second, 1);
    expect((await told()).slice(1)).toEqual([expect.stringMatching(/ cleared site-001\.leak$/)]);
  });

  it("a rule that is taken away ends its alarms, with the next message", async () => {
    const process = await judging(processOf("one"));
    await play(process, 0, { leak_detected: true });
    process.desk.shelf.offer("rules", [HOT]);
    await play(process, 1, { leak_detected: true });
    expect((await told()).at(-1)).toMatch(/ cleared site-001\.leak$/);
  });
});
