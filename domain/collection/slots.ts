/** A site asked to be watched closely is polled this often [AM: field pollers use 10 s]. */
const WATCH_INTERVAL_MS = 10_000;
/** How long one call of `watch` may ask for. */
export const WATCH_LIMIT_S = 3600;

/**
 * The slot that a moment belongs to: the newest multiple of the interval, counted from the Unix epoch in UTC. Slots are
 * computed and never added up, so a late start, a pause of the machine or a stepped clock moves no later slot, and a
 * change to summer time does not exist.
 */
export function slotAt(wallMs: number, intervalMs: number): number {
  return Math.floor(wallMs / intervalMs) * intervalMs;
}

/** The first slot after a moment. */
export function nextSlotAfter(wallMs: number, intervalMs: number): number {
  return slotAt(wallMs, intervalMs) + intervalMs;
}

/**
 * The interval in force: the site's own or the platform's, and at most 10 s while the site is watched.
 *
 * @param ownIntervalS the site's own interval in seconds; null = the platform's
 */
export function intervalInForceMs(ownIntervalS: number | null, platformIntervalS: number, isWatched: boolean): number {
  const intervalMs = (ownIntervalS ?? platformIntervalS) * 1000;
  return isWatched ? Math.min(intervalMs, WATCH_INTERVAL_MS) : intervalMs;
}

/** What a moment means for something that was polled for `lastSlotMs` (null: never). */
type SlotVerdict = { readonly slotMs: number; readonly isDue: boolean; readonly hasClockGoneBack: boolean };

/**
 * Whether the slot of this moment is still to be polled. A slot is never polled twice. A wall clock that was set back a
 * little makes the site wait until the clock has caught up; one that was set back by two intervals or more would keep it
 * waiting for hours, so the old slot is forgotten and polling goes on under the new time.
 */
export function judgeSlot(wallMs: number, intervalMs: number, lastSlotMs: number | null): SlotVerdict {
  const slotMs = slotAt(wallMs, intervalMs);
  if (lastSlotMs === null) return { slotMs, isDue: true, hasClockGoneBack: false };
  const hasClockGoneBack = lastSlotMs - slotMs >= 2 * intervalMs;
  return { slotMs, isDue: slotMs > lastSlotMs || hasClockGoneBack, hasClockGoneBack };
}

/** Remembers the last text: sites of a round share their slot, and replies of one millisecond their time. */
function rememberingLast(): (ms: number) => string {
  let last = { ms: Number.NaN, text: "" };
  return (ms) => {
    if (last.ms !== ms) last = { ms, text: new Date(ms).toISOString() };
    return last.text;
  };
}

/** A slot as everything stored names it. */
export const slotText = rememberingLast();

/** Any other moment in the same form. Of its own, so that it does not push the slot out of the memory. */
export const instantText = rememberingLast();
