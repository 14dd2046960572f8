import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createRoundJoiner } from "../../../adapters/live/round-joiner.ts";
import type { RoundReport } from "../../../domain/collection/round-report.ts";
import { aRound, isoAt, T0_MS } from "../../api/builders.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const part = (sites: number, own: Partial<RoundReport> = {}) =>
  aRound(T0_MS, { sites, ok: sites, failed: {}, failedSites: {}, ...own });

function aJoiner(expected: number) {
  const told: RoundReport[] = [];
  const joiner = createRoundJoiner({ expectedSites: () => expected, emit: (report) => told.push(report) });
  return { joiner, told };
}

test("alone, every report is told as it comes", () => {
  const { joiner, told } = aJoiner(0);
  const report = part(5);
  joiner.add("one", report);
  expect(told).toEqual([report]);
});

test("the parts of several collectors are told once, when all sites are in", () => {
  const { joiner, told } = aJoiner(10);
  joiner.add("one", part(5));
  joiner.add("two", part(3));
  vi.advanceTimersByTime(1_900);
  expect(told).toEqual([]);
  joiner.add("three", part(2));
  expect(told.map(({ sites, ok }) => [sites, ok])).toEqual([[10, 10]]);
});

test("who is missing is not waited for for ever, and is added when it comes", () => {
  const { joiner, told } = aJoiner(10);
  joiner.add("one", part(5));
  vi.advanceTimersByTime(2_000);
  expect(told.map(({ sites }) => sites)).toEqual([5]);
  joiner.add("two", part(5));
  expect(told.map(({ sites }) => sites)).toEqual([5, 10]);
});

test("a report that comes twice counts once; two rounds of one slot in one process are parts of it", () => {
  const { joiner, told } = aJoiner(10);
  joiner.add("one", part(5));
  joiner.add("one", part(5));
  joiner.add("one", part(5, { startedAt: isoAt(T0_MS + 20_000) }));
  expect(told.map(({ sites }) => sites)).toEqual([10]);
});

test("slots are apart, and nothing comes after the end", () => {
  const { joiner, told } = aJoiner(10);
  joiner.add("one", part(5));
  joiner.add("one", part(5, { slot: isoAt(T0_MS + 60_000) }));
  joiner.close();
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual([]);
});
