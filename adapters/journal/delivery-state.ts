const LONGEST_MS = 600_000;

/** One entry on its way for the second time or more. `isLost`: it had been on its way in this process before. */
type Replay = { readonly at: number; readonly times: number; readonly isLost: boolean };
/**
 * A number: delivered at that time. `held`: somebody has it in hand. `settled`: acknowledged, but not yet taken out of the
 * file.
 */
type Place = number | Replay | "held" | "settled";

/**
 * Where the entries of the journal are, as far as this process knows. One that is not known here rests in the file and
 * waits to be delivered: entries of a former process, and those that were let go of.
 *
 * @param clock a monotonic clock in ms: ages must not jump when the wall clock is set
 */
export function createDeliveryState(clock: () => number) {
  const places = new Map<number, Place>();
  let settledIds: number[] = [];
  const counts = { delivered: 0, held: 0, settled: 0, lost: 0 };

  function count(place: Place | undefined, change: 1 | -1): void {
    if (typeof place === "number") counts.delivered += change;
    else if (typeof place === "string") counts[place] += change;
    else if (place?.isLost) counts.lost += change;
  }

  /** What is settled stays so: the same message may come twice, and its entry is about to go. */
  function move(id: number, to: Place): void {
    const from = places.get(id);
    if (from === "settled") return;
    count(from, -1);
    places.set(id, to);
    count(to, 1);
  }

  function forget(id: number): void {
    const from = places.get(id);
    if (from === "settled") return;
    count(from, -1);
    places.delete(id);
  }

  function replayOf(id: number): Replay | undefined {
    const place = places.get(id);
    return typeof place === "object" ? place : undefined;
  }

  return {
    deliver: (id: number) => move(id, clock()),
    replay(id: number): void {
      const before = replayOf(id);
      const isLost = before !== undefined || typeof places.get(id) === "number";
      move(id, { at: clock(), times: (before?.times ?? 0) + 1, isLost });
    },
    hold: (id: number) => move(id, "held"),
    release: forget,
    settle(id: number): void {
      if (places.get(id) === "settled") return;
      move(id, "settled");
      settledIds.push(id);
    },
    forget,
    isReplayed: (id: number) => replayOf(id) !== undefined,
    isHeld: (id: number) => places.get(id) === "held",
    /**
     * True when it rests, or was delivered so long ago that whoever had it must have lost it. What is lost again and again
     * (a flow that drops it) waits longer each time.
     */
    isPending(id: number, minAgeMs: number): boolean {
      const place = places.get(id);
      if (place === undefined) return true;
      if (typeof place === "string") return false;
      if (typeof place === "number") return clock() - place >= minAgeMs;
      return clock() - place.at >= Math.min(minAgeMs * 2 ** (place.times - 1), LONGEST_MS);
    },
    /** @returns the ids that were settled since the last call */
    takeSettled(): number[] {
      const ids = settledIds;
      settledIds = [];
      for (const id of ids) places.delete(id);
      counts.settled = 0;
      return ids;
    },
    settledCount: () => counts.settled,
    /**
     * How many of `unsettled` entries rest, or were taken from there and reached nobody yet. Messages that a flow lost do
     * not count: fresh ones must not wait for them for ever.
     */
    countBacklog: (unsettled: number) => unsettled - counts.settled - counts.held - counts.delivered - counts.lost,
  };
}
