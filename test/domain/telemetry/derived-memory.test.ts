import { expect, test } from "vitest";
import {
  addRemembered,
  continueRunHours,
  EMPTY_MEMORY,
  holdMsOf,
  remember,
  type SiteMemory,
  statesOf,
} from "../../../domain/telemetry/derived-memory.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";

const HOLD = holdMsOf(60);
const T0 = Date.parse("2026-03-01T00:00:00.000Z");

function snapshotAt(minute: number, own: Partial<Snapshot> = {}): Snapshot {
  const slot = new Date(T0 + minute * 60_000).toISOString();
  return {
    siteId: "site-001",
    slot,
    collectedAt: slot,
    profile: "bitmain-antbox-hk3@1",
    values: { makeup_pump_running: minute % 60 < 5, circulation_pump_running: true },
    quality: {},
    faults: [],
    unmapped: [],
    attempts: 1,
    latencyMs: 80,
    ...own,
  };
}

function withRemembered(snapshot: Snapshot, ...more: [SiteMemory, number, boolean]): Snapshot {
  addRemembered(snapshot, ...more);
  return snapshot;
}

function after(minutes: number): SiteMemory {
  let memory = EMPTY_MEMORY;
  for (let minute = 0; minute <= minutes; minute += 1) {
    memory = remember(memory, T0 + minute * 60_000, statesOf(snapshotAt(minute)), HOLD);
  }
  return memory;
}

test("after a whole day the count of starts is good, before that an estimate", () => {
  const early = withRemembered(snapshotAt(300), after(300), HOLD, true);
  expect(early.values.makeup_pump_starts_24h).toBe(5);
  expect(early.quality["makeup_pump_starts_24h"]).toBe("estimated");
  const whole = withRemembered(snapshotAt(2000), after(2000), HOLD, true);
  expect(whole.values.makeup_pump_starts_24h).toBe(24);
  expect(whole.quality).toEqual({});
});

test("run hours add up; before the stored ones are known there are none", () => {
  expect(withRemembered(snapshotAt(90), after(90), HOLD, true).values.circulation_pump_run_hours).toBe(1.5);
  const unknown = withRemembered(snapshotAt(90), after(90), HOLD, false);
  expect(unknown.values.circulation_pump_run_hours).toBeNull();
  expect(unknown.quality["circulation_pump_run_hours"]).toBe("missing");
});

test("run hours go on from a stored figure", () => {
  let memory = continueRunHours(EMPTY_MEMORY, T0, 1000.25);
  for (const minute of [0, 1, 2, 3]) {
    memory = remember(memory, T0 + minute * 60_000, statesOf(snapshotAt(minute)), HOLD);
  }
  expect(withRemembered(snapshotAt(3), memory, HOLD, true).values.circulation_pump_run_hours).toBe(1000.3);
});

test("a pump without a good reading has no count and no hours, and moves nothing", () => {
  const before = after(90);
  const stale = snapshotAt(91, { quality: { makeup_pump_running: "stale", circulation_pump_running: "stale" } });
  expect(remember(before, T0 + 91 * 60_000, statesOf(stale), HOLD)).toEqual(before);
  const { values, quality } = withRemembered(stale, before, HOLD, true);
  expect([values.makeup_pump_starts_24h, values.circulation_pump_run_hours]).toEqual([null, null]);
  expect(quality["makeup_pump_starts_24h"]).toBe("missing");
});

test("what the controller sends itself stays; what it cannot have is not added", () => {
  const own = snapshotAt(5, { values: { circulation_pump_running: true, circulation_pump_run_hours: 8123 } });
  const extended = withRemembered(own, after(5), HOLD, true);
  expect(extended.values).toEqual({ circulation_pump_running: true, circulation_pump_run_hours: 8123 });
  const bare = snapshotAt(5, { values: { supply_temp_c: 35 } });
  expect(withRemembered(bare, after(5), HOLD, true).values).toEqual({ supply_temp_c: 35 });
});
