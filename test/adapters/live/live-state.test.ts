import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLiveState, type LatestMirror } from "../../../adapters/live/create-live-state.ts";
import type { LiveChange } from "../../../adapters/live/live-state.ts";
import { aRound, aSnapshot, T0_MS } from "../../api/builders.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function aState(own: Partial<Parameters<typeof createLiveState>[0]> = {}) {
  const known = new Set(["site-001", "site-002", "site-003"]);
  const listeners = new Set<() => void>();
  const inventory = {
    get: (siteId: string) => (known.has(siteId) ? {} : undefined),
    onChange(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const remove = (siteId: string) => {
    known.delete(siteId);
    for (const listener of listeners) listener();
  };
  const state = createLiveState({ inventory, ...own });
  const changes: LiveChange[] = [];
  state.onChange((change) => changes.push(change));
  return { state, changes, remove };
}

test("the state moves forward only, and knows the sites of the inventory only", () => {
  const { state } = aState();
  expect(state.apply(aSnapshot("site-001", {}, T0_MS))).toBe(true);
  expect(state.apply(aSnapshot("site-001", { latencyMs: 1 }, T0_MS))).toBe(false);
  expect(state.apply(aSnapshot("site-001", {}, T0_MS - 60_000))).toBe(false);
  expect(state.apply(aSnapshot("site-001", {}, T0_MS + 60_000))).toBe(true);
  expect(state.apply(aSnapshot("site-999"))).toBe(false);
  expect([...state.all().keys()]).toEqual(["site-001"]);
});

test("what moves within 250 ms is told once", () => {
  const { state, changes } = aState();
  state.apply(aSnapshot("site-001", {}, T0_MS));
  vi.advanceTimersByTime(100);
  state.apply(aSnapshot("site-002", {}, T0_MS));
  state.apply(aSnapshot("site-001", {}, T0_MS + 1000));
  state.applyRound(aRound(T0_MS));
  vi.advanceTimersByTime(149);
  expect(changes).toHaveLength(0);
  vi.advanceTimersByTime(1);
  expect(changes).toEqual([{ siteIds: ["site-001", "site-002"], rounds: [aRound(T0_MS)] }]);
  vi.advanceTimersByTime(10_000);
  expect(changes).toHaveLength(1);
});

test("a restart begins with what was stored, and a replay does not move it back", () => {
  const snapshots = [aSnapshot("site-001", {}, T0_MS), aSnapshot("site-999", {}, T0_MS)];
  const { state } = aState({ snapshots, rounds: [aRound(T0_MS), aRound(T0_MS + 60_000)] });
  expect([...state.all().keys()]).toEqual(["site-001"]);
  expect(state.rounds().map(({ slot }) => Date.parse(slot))).toEqual([T0_MS + 60_000, T0_MS]);
  expect(state.apply(aSnapshot("site-001", {}, T0_MS - 60_000))).toBe(false);
});

test("a site that leaves the inventory leaves the state, and is told", () => {
  const { state, changes, remove } = aState();
  state.apply(aSnapshot("site-001"));
  vi.runAllTimers();
  remove("site-001");
  vi.runAllTimers();
  expect(state.get("site-001")).toBeUndefined();
  expect(changes.at(-1)?.siteIds).toEqual(["site-001"]);
});

test("the mirror gets what moved, what left, and a look at the whole after each round", () => {
  const calls: unknown[] = [];
  const mirror: LatestMirror = {
    write: (moved, removed) => calls.push(["write", moved.map(({ siteId }) => siteId), removed]),
    heal: (all) => calls.push(["heal", all.size]),
  };
  const { state, remove } = aState({ mirror });
  state.apply(aSnapshot("site-001"));
  state.apply(aSnapshot("site-002"));
  vi.runAllTimers();
  remove("site-002");
  state.applyRound(aRound(T0_MS));
  vi.runAllTimers();
  expect(calls).toEqual([
    ["write", ["site-001", "site-002"], []],
    ["write", [], ["site-002"]],
    ["heal", 1],
  ]);
});

test("after close nothing is told any more", async () => {
  const { state, changes } = aState();
  state.apply(aSnapshot("site-001"));
  await state.close();
  vi.runAllTimers();
  expect(changes).toEqual([]);
});
