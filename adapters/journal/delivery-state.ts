const LONGEST_MS = 600_000;

/** One entry on its way for the second time or more. `isLost`: it had been on its way in this process before. */
type Replay = { readonly at: number; readonly times: number; readonly isLost: boolean };

/**
 * Where the entries of the journal are, as far as this process knows. What is in none of the sets rests in the file and
 * waits to be delivered: entries of a former process, and those that were let go of.
 *
 * @param clock a monotonic clock in ms: ages must not jump when the wall clock is set
 */
export function createDeliveryState(clock: () => number) {
  const deliveredAt = new Map<number, number>();
  const replays = new Map<number, Replay>();
  const held = new Set<number>();
  /** Acknowledged, but not yet taken out of the file. */
  const settling = new Set<number>();
  let lost = 0;

  function forget(id: number): void {
    if (replays.get(id)?.isLost) lost -= 1;
    deliveredAt.delete(id);
    replays.delete(id);
    held.delete(id);
  }

  return {
    deliver: (id: number) => void deliveredAt.set(id, clock()),
    replay(id: number): void {
      const isLost = deliveredAt.has(id) || replays.has(id);
      const times = (replays.get(id)?.times ?? 0) + 1;
      forget(id);
      replays.set(id, { at: clock(), times, isLost });
      if (isLost) lost += 1;
    },
    hold(id: number): void {
      forget(id);
      held.add(id);
    },
    release: forget,
    settle(id: number): void {
      forget(id);
      settling.add(id);
    },
    forget,
    isReplayed: (id: number) => replays.has(id),
    isHeld: (id: number) => held.has(id),
    /**
     * True when it rests, or was delivered so long ago that whoever had it must have lost it. What is lost again and again
     * (a flow that drops it) waits longer each time.
     */
    isPending(id: number, minAgeMs: number): boolean {
      if (held.has(id) || settling.has(id)) return false;
      const replay = replays.get(id);
      if (replay) return clock() - replay.at >= Math.min(minAgeMs * 2 ** (replay.times - 1), LONGEST_MS);
      const since = deliveredAt.get(id);
      return since === undefined || clock() - since >= minAgeMs;
    },
    /** @returns the ids that were settled since the last call */
    takeSettled(): number[] {
      const ids = [...settling];
      settling.clear();
      return ids;
    },
    settledCount: () => settling.size,
    /**
     * How many of `unsettled` entries rest, or were taken from there and reached nobody yet. Messages that a flow lost do
     * not count: fresh ones must not wait for them for ever.
     */
    countBacklog: (unsettled: number) => unsettled - settling.size - held.size - deliveredAt.size - lost,
  };
}
