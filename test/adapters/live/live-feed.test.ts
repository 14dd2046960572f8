import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLiveState } from "../../../adapters/live/create-live-state.ts";
import { type LiveFeed, startLiveFeed } from "../../../adapters/live/live-feed.ts";
import { aRound, aSnapshot, T0_MS } from "../../api/builders.ts";
import { recordedLog } from "../../services/recorded-log.ts";

let feed: LiveFeed | undefined;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  feed?.close();
  vi.useRealTimers();
});

/** A database whose newest round is `minute`, and which may be away. */
function aFeed() {
  const liveState = createLiveState({ inventory: { get: () => ({}), onChange: () => () => undefined } });
  const told = { isHearing: true, minute: 0, isAway: false, reads: 0 };
  feed = startLiveFeed({
    liveState,
    isHearing: () => told.isHearing,
    readLatest: async () => [aSnapshot("site-007", {}, T0_MS)],
    async readStored() {
      told.reads += 1;
      if (told.isAway) throw new Error("the database is away");
      const atMs = T0_MS + told.minute * 60_000;
      return { snapshots: [aSnapshot("site-001", {}, atMs)], rounds: [aRound(atMs), aRound(atMs - 60_000)] };
    },
    log: recordedLog(),
  });
  return { liveState, told };
}

test("while the collectors are heard, the database is left alone", async () => {
  const { told } = aFeed();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told.reads).toBe(0);
});

test("while they are not, the screens follow the database; rounds in order, none twice", async () => {
  const { liveState, told } = aFeed();
  told.isHearing = false;
  await vi.advanceTimersByTimeAsync(11_000);
  told.minute = 1;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(liveState.get("site-001")?.slot).toBe(aRound(T0_MS + 60_000).slot);
  expect(liveState.rounds().map(({ slot }) => slot)).toEqual([60_000, 0, -60_000].map((ms) => aRound(T0_MS + ms).slot));
  told.isHearing = true;
  const reads = told.reads;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told.reads).toBe(reads);
});

test("a database that is away too leaves the screens as they are, and is asked again", async () => {
  const { liveState, told } = aFeed();
  told.isHearing = false;
  told.isAway = true;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(liveState.get("site-001")).toBeUndefined();
  told.isAway = false;
  await vi.advanceTimersByTimeAsync(5_100);
  expect(liveState.get("site-001")).toBeDefined();
});

test("what was missed is read anew", async () => {
  const { liveState } = aFeed();
  feed?.refill();
  await vi.advanceTimersByTimeAsync(0);
  expect(liveState.get("site-007")?.slot).toBe(aSnapshot("site-007").slot);
});
