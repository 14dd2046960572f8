import { expect, test } from "vitest";
import { createDeliveryState } from "../../../adapters/journal/delivery-state.ts";

const MIN_AGE_MS = 1_000;

test("an entry is in one place at a time, and the backlog is what rests", () => {
  const state = createDeliveryState(() => 0);
  for (const id of [1, 2, 3, 4, 5]) state.deliver(id);
  expect(state.countBacklog(8)).toBe(3);
  state.hold(1);
  state.release(2);
  state.hold(3);
  state.settle(3);
  expect(state.countBacklog(8)).toBe(4);
  expect([1, 2, 3].map(state.isHeld)).toEqual([true, false, false]);
  expect([1, 2, 3, 4, 9].map((id) => state.isPending(id, MIN_AGE_MS))).toEqual([false, true, false, false, true]);
});

test("what is settled stays so until it is taken, whatever is said of it", () => {
  const state = createDeliveryState(() => 0);
  state.deliver(1);
  state.settle(1);
  state.settle(1);
  state.hold(1);
  state.release(1);
  state.deliver(1);
  expect(state.settledCount()).toBe(1);
  expect(state.isHeld(1)).toBe(false);
  expect(state.takeSettled()).toEqual([1]);
  expect(state.takeSettled()).toEqual([]);
  expect(state.settledCount()).toBe(0);
  expect(state.countBacklog(3)).toBe(3);
});

test("what is lost again and again waits twice as long each time, ten minutes at most", () => {
  let now = 0;
  const state = createDeliveryState(() => now);
  state.deliver(1);
  const waits: number[] = [];
  for (let times = 0; times < 12; times += 1) {
    const since = now;
    while (!state.isPending(1, MIN_AGE_MS)) now += MIN_AGE_MS;
    waits.push(now - since);
    state.replay(1);
  }
  expect(waits).toEqual([1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600].map((seconds) => seconds * 1_000));
});

test("one of a former process that is replayed is no loss; one that this process lost is, until it reaches somebody", () => {
  const state = createDeliveryState(() => 0);
  state.replay(1);
  state.deliver(2);
  state.replay(2);
  expect([1, 2, 3].map(state.isReplayed)).toEqual([true, true, false]);
  expect(state.countBacklog(2)).toBe(1);
  state.replay(1);
  expect(state.countBacklog(2)).toBe(0);
  state.hold(2);
  expect(state.isReplayed(2)).toBe(false);
  expect(state.countBacklog(2)).toBe(0);
});
