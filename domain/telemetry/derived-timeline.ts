import { z } from "zod";

/** Older stretches are folded into a sum: a day's window stays exact for replies that are replayed up to a day late. */
const KEPT_MS = 48 * 3_600_000;

/** Readings in a row that all say the same, none further from the next than a reading holds. Slots in ms since the epoch. */
const Stretch = z.strictObject({ sinceMs: z.int(), lastMs: z.int(), isOn: z.boolean() });
type Stretch = z.infer<typeof Stretch>;

/** When something was on and off, as far as readings say: oldest first, without overlap, with gaps where nobody knows. */
export const Timeline = z.strictObject({
  /** Readings before this are ignored: what they said is in `onMsBefore`. null = nothing was folded yet. */
  fromMs: z.int().nullable(),
  /** Time on before the first stretch. */
  onMsBefore: z.number().min(0),
  /** The last state before the first stretch; null = unknown. */
  wasOn: z.boolean().nullable(),
  stretches: z.array(Stretch),
});
export type Timeline = z.infer<typeof Timeline>;

export const EMPTY_TIMELINE: Timeline = { fromMs: null, onMsBefore: 0, wasOn: null, stretches: [] };

/**
 * The timeline with one more reading. Readings may come in any order and more than once: what lies inside a known
 * stretch changes nothing, what lies in a gap fills it. So a replay of the journal leads to the same timeline.
 *
 * @param holdMs a reading holds until the next one, and for no longer than this
 */
export function addReading(timeline: Timeline, slotMs: number, isOn: boolean, holdMs: number): Timeline {
  return fold(withReading(timeline, slotMs, isOn, holdMs, holdMs), holdMs);
}

/**
 * Nearly every reading says what the one before it said. Then the newest stretch grows where it stands: a copy per round
 * would be all that a round leaves behind.
 *
 * @returns false when that is not all there is to do, and nothing was done: `addReading` does it
 */
export function growNewest(timeline: Timeline, slotMs: number, isOn: boolean, holdMs: number): boolean {
  const { stretches } = timeline;
  const newest = stretches.at(-1);
  if (newest === undefined || newest.isOn !== isOn) return false;
  const sinceLastMs = slotMs - newest.lastMs;
  if (sinceLastMs < 0 || sinceLastMs > holdMs) return false;
  const second = stretches[1];
  if (second !== undefined && second.sinceMs <= slotMs - KEPT_MS) return false;
  newest.lastMs = slotMs;
  return true;
}

/**
 * Two timelines of the same thing as one: what `earlier` holds counts, `later` fills its gaps and goes on behind it.
 * Time on that `later` has folded away already (after two days without a database) is not counted.
 */
export function mergeTimelines(earlier: Timeline, later: Timeline, holdMs: number): Timeline {
  const merged = later.stretches.reduce((timeline, { sinceMs, lastMs, isOn }) => {
    const begun = withReading(timeline, sinceMs, isOn, holdMs, holdMs);
    // Between the two ends of a stretch there is no gap, however long it is.
    return withReading(begun, lastMs, isOn, Number.POSITIVE_INFINITY, holdMs);
  }, earlier);
  return fold(merged, holdMs);
}

function withReading(
  timeline: Timeline,
  slotMs: number,
  isOn: boolean,
  holdBeforeMs: number,
  holdAfterMs: number,
): Timeline {
  const { stretches, fromMs } = timeline;
  const place = lastStartingBy(stretches, slotMs);
  const before = stretches[place];
  if (before === undefined && fromMs !== null && slotMs < fromMs) return timeline;
  if (before !== undefined && slotMs <= before.lastMs) return timeline;
  const after = stretches[place + 1];
  const joinsBefore = before !== undefined && before.isOn === isOn && slotMs - before.lastMs <= holdBeforeMs;
  const joinsAfter = after !== undefined && after.isOn === isOn && after.sinceMs - slotMs <= holdAfterMs;
  const grown: Stretch = {
    sinceMs: joinsBefore ? before.sinceMs : slotMs,
    lastMs: joinsAfter ? after.lastMs : slotMs,
    isOn,
  };
  const next = [...stretches];
  next.splice(joinsBefore ? place : place + 1, (joinsBefore ? 1 : 0) + (joinsAfter ? 1 : 0), grown);
  return { ...timeline, stretches: next };
}

/** Time on until that moment, in ms; null for a moment before what is remembered. */
export function onMsAt({ stretches, fromMs, onMsBefore }: Timeline, atMs: number, holdMs: number): number | null {
  if (fromMs !== null && atMs < fromMs) return null;
  return stretches.reduce((sum, stretch, place) => {
    if (!stretch.isOn || stretch.sinceMs > atMs) return sum;
    return sum + Math.min(atMs, endOf(stretches, place, holdMs)) - stretch.sinceMs;
  }, onMsBefore);
}

/** How often it went on in the `windowMs` up to that moment. A stretch that is on after one that was off is one start. */
export function startsAt({ stretches, wasOn }: Timeline, atMs: number, windowMs: number): number {
  return stretches.filter(({ sinceMs, isOn }, place) => {
    const before = place === 0 ? wasOn : stretches[place - 1]?.isOn;
    return isOn && before === false && sinceMs <= atMs && sinceMs > atMs - windowMs;
  }).length;
}

/** The share of the `windowMs` up to that moment about which readings say something, 0 to 1. */
export function coverageAt({ stretches }: Timeline, atMs: number, windowMs: number, holdMs: number): number {
  const known = stretches.reduce((sum, { sinceMs }, place) => {
    const from = Math.max(sinceMs, atMs - windowMs);
    const to = Math.min(endOf(stretches, place, holdMs), atMs);
    return sum + Math.max(0, to - from);
  }, 0);
  return known / windowMs;
}

/** The newest reading, or null. */
export function newestMs({ stretches }: Timeline): number | null {
  return stretches.at(-1)?.lastMs ?? null;
}

/** Nearly every reading is the newest, so the search begins at the end. */
function lastStartingBy(stretches: readonly Stretch[], slotMs: number): number {
  return stretches.findLastIndex(({ sinceMs }) => sinceMs <= slotMs);
}

/** Until when the last reading of a stretch counts. */
function endOf(stretches: readonly Stretch[], place: number, holdMs: number): number {
  const { lastMs = 0 } = stretches[place] ?? {};
  const next = stretches[place + 1];
  return next === undefined ? lastMs : Math.min(lastMs + holdMs, next.sinceMs);
}

function fold(timeline: Timeline, holdMs: number): Timeline {
  const { stretches } = timeline;
  const horizonMs = (newestMs(timeline) ?? 0) - KEPT_MS;
  const old = stretches.findLastIndex(({ sinceMs }, place) => place > 0 && sinceMs <= horizonMs);
  const first = stretches[old];
  if (first === undefined) return timeline;
  return {
    fromMs: first.sinceMs,
    onMsBefore: onMsAt(timeline, first.sinceMs, holdMs) ?? timeline.onMsBefore,
    wasOn: stretches[old - 1]?.isOn ?? timeline.wasOn,
    stretches: stretches.slice(old),
  };
}
