import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { AlarmMemory } from "../../../adapters/alarms/alarm-memory.ts";
import { createAlarmStore } from "../../../adapters/alarms/create-alarm-store.ts";
import { FENCE_SQL } from "../../../adapters/leases/lease-store.ts";
import { DEFAULT_RULES } from "../../../domain/alarms/starter-rules/index.ts";
import { ENGINES, type OpenedEngine } from "../../adapters/database/engines.ts";
import { addSites } from "../../adapters/database/snapshots.ts";
import { JudgingProcess, makeLease } from "../judging-process.ts";
import { SimulatedFleet } from "../simulated-fleet.ts";

vi.setConfig({ testTimeout: 120_000 });

const MINUTES = 52;
const makeFleet = () => new SimulatedFleet({ sites: 18, inOneZone: 8, dialects: [["a", 1]] });

/** A pump, a leak contact and a segment, so that at every minute something runs, is hidden or ends. */
async function disturb({ plants }: SimulatedFleet, minute: number): Promise<void> {
  if (minute === 5) await plants.fault(["site-012"], "pump_trip", {});
  if (minute === 8) await plants.fault(["site-011"], "leak_contact", { blinkS: 720 });
  if (minute === 12) await plants.fault(["site-010"], "fan_trip", { fan: "1" });
  if (minute === 15) await plants.fault({ zone: "zone-23" }, "segment_loss", {});
  if (minute === 26) await plants.mend({ kind: "segment_loss" });
  if (minute === 30) await plants.mend({ kind: "pump_trip" });
  if (minute === 40) await plants.mend();
}

type Told = { readonly alarmId: string; readonly kind: string; readonly isAnnounced: boolean; readonly at: string };
const lineOf = ({ at, kind, alarmId, isAnnounced }: Told) => `${at} ${kind} ${alarmId}${isAnnounced ? " !" : ""}`;
const announced = (told: readonly Told[]) =>
  told.flatMap(({ isAnnounced, kind, alarmId }) => (isAnnounced ? [`${kind} ${alarmId}`] : [])).sort();

/** What one process says that is never cut off. */
async function undisturbed(): Promise<SimulatedFleet> {
  const fleet = makeFleet();
  for (let minute = 0; minute < MINUTES; minute++) {
    await disturb(fleet, minute);
    fleet.round();
  }
  return fleet;
}

describe.for(ENGINES)("restart and lease move on $name", ({ isMissing, open }) => {
  const it = test.skipIf(isMissing);
  let opened: OpenedEngine;
  let reference: SimulatedFleet;
  beforeAll(async () => {
    reference = await undisturbed();
    if (isMissing) return;
    opened = await open();
    await addSites(opened.database, 18);
  });
  afterAll(() => opened?.dispose());
  beforeEach(async () => {
    if (isMissing) return;
    await opened.database.query("truncate alarm, alarm_transition, alarm_memory");
    await makeLease(opened.database);
  });

  const storeOf = () =>
    createAlarmStore({
      database: opened.database,
      sites: { numberOf: (id) => Number(id.slice(5)) || undefined },
      fenceSql: FENCE_SQL,
    });
  async function stored() {
    const everything = { limit: 10_000, cursor: null };
    const { items: transitions } = await storeOf().transitions({ siteIds: null }, everything);
    const { items } = await storeOf().list({ siteIds: null }, everything);
    return { transitions, alarms: items.map(({ alarm }) => alarm) };
  }
  const processOf = (fleet: SimulatedFleet, name: string, memory?: (real: AlarmMemory) => AlarmMemory) =>
    new JudgingProcess({
      database: opened.database,
      name,
      rules: DEFAULT_RULES,
      facts: fleet.facts,
      clock: () => fleet.plants.nowMs + 1_000,
      ...(memory === undefined ? {} : { memory }),
    });
  const judging = (process: JudgingProcess) => vi.waitUntil(() => process.desk.isJudging(), { timeout: 30_000 });

  it("the story has enough in it", () => {
    expect(announced(reference.transitions)).toEqual([
      "chattering site-011.leak",
      "raised site-010.tower-fan-fault",
      "raised site-011.leak",
      "raised site-011.leak",
      "raised site-012.pump-fault",
      expect.stringMatching(/^raised ~zone-.*\.segment-down$/),
    ]);
    expect(reference.transitions.length).toBeGreaterThan(30);
  });

  it("a new process every fourth minute and a lease that moves between two: the same history, line by line", async () => {
    const fleet = makeFleet();
    let turns = 0;
    let process = processOf(fleet, "process-0");
    await process.take();
    await judging(process);
    for (let minute = 0; minute < MINUTES; minute++) {
      await disturb(fleet, minute);
      if (minute % 4 === 3) {
        await process.desk.stop();
        await process.giveBack();
        turns += 1;
        process = processOf(fleet, `process-${turns % 2}`);
        expect(await process.take()).toBe(true);
        await judging(process);
      }
      const snapshots = fleet.plants.poll();
      await process.round(fleet.plants.nowMs, snapshots);
    }
    await process.desk.stop();
    const { transitions, alarms } = await stored();
    expect(transitions.map(lineOf).sort()).toEqual(reference.transitions.map(lineOf).sort());
    expect(new Map(alarms.map((alarm) => [alarm.id, alarm]))).toEqual(reference.book);
  });

  it("cut off between the alarms and the memory, in six minutes of which something happens: nothing lost, nothing told twice", async () => {
    for (const cutAt of [5, 8, 16, 17, 28, 32]) {
      await opened.database.query("truncate alarm, alarm_transition, alarm_memory");
      await makeLease(opened.database);
      const fleet = makeFleet();
      let isCut = false;
      const forgetful = processOf(fleet, "process-a", (real) => ({
        read: () => real.read(),
        write: (...args) => (isCut ? Promise.reject(new Error("cut off")) : real.write(...args)),
      }));
      const next = processOf(fleet, "process-b");
      await forgetful.take();
      await judging(forgetful);
      let process = forgetful;
      for (let minute = 0; minute < MINUTES; minute++) {
        await disturb(fleet, minute);
        const snapshots = fleet.plants.poll();
        isCut = minute === cutAt;
        if (!isCut) {
          await process.round(fleet.plants.nowMs, snapshots);
          continue;
        }
        const recording = process.judge(fleet.plants.nowMs, snapshots);
        await vi.waitUntil(async () => forgetful.log.texts("warn").length > 0 || forgetful.desk.judgedMs() === null);
        await forgetful.giveBack();
        await recording;
        process = next;
        await next.take();
        await judging(next);
      }
      await next.desk.stop();
      await forgetful.desk.stop();
      const { transitions, alarms } = await stored();
      expect([cutAt, announced(transitions)]).toEqual([cutAt, announced(reference.transitions)]);
      const facts = ({ id, state, active, occurrences }: (typeof alarms)[0]) =>
        `${id} ${state} ${active} ${occurrences}`;
      expect([cutAt, alarms.map(facts).sort()]).toEqual([cutAt, [...reference.book.values()].map(facts).sort()]);
    }
  });

  it("a process that takes over in the middle of a round, after minutes in which nobody judged, takes no site for lost", async () => {
    const fleet = makeFleet();
    const first = processOf(fleet, "process-a");
    const second = processOf(fleet, "process-b");
    await first.take();
    await judging(first);
    for (let minute = 0; minute < 5; minute++) await first.round(fleet.plants.nowMs, fleet.plants.poll());
    await first.desk.stop();
    await first.giveBack();
    fleet.plants.poll();
    const snapshots = fleet.plants.poll();
    await second.take();
    await judging(second);
    // The first ten answers of this round went to nobody.
    await second.round(fleet.plants.nowMs, snapshots.slice(10));
    for (let minute = 0; minute < 5; minute++) await second.round(fleet.plants.nowMs, fleet.plants.poll());
    await second.desk.stop();
    expect((await stored()).transitions).toEqual([]);
  });
});
