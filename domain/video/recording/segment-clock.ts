/** When the segments of one camera began, in the order in which they are recorded. */
export type SegmentClock = {
  /** Of the last one; null before the first. */
  readonly endMs: number | null;
  readonly sequence: number | null;
};

export const NEW_SEGMENT_CLOCK: SegmentClock = { endMs: null, sequence: null };

export type SegmentTime = {
  readonly startMs: number;
  /** Its time stamps do not go on from those of the segment before. */
  readonly isDiscontinuity: boolean;
};

/** A camera's own time is believed while it is this close to ours. */
const PLAUSIBLE_MS = 300_000;
/** So far a time may be off before the next segment is no longer taken to follow the last one. */
const LOOSE_MS = 4_000;

/**
 * Places a segment on the time line: by the camera's own time where that is plausible, else by when it came. What follows
 * the segment before follows it without a gap or an overlap, for arrival jitters by some seconds; what is further off,
 * after a gap or when a clock was set, is where its time says.
 *
 * @param segment `saidMs`: as its playlist says; `arrivedMs`: when it was complete. Milliseconds since the Unix epoch
 */
export function placeSegment(
  clock: SegmentClock,
  segment: {
    readonly sequence: number;
    readonly durationMs: number;
    readonly saidMs: number | null;
    readonly arrivedMs: number;
    readonly isDiscontinuity: boolean;
  },
): { readonly clock: SegmentClock; readonly time: SegmentTime } {
  const { sequence, durationMs, saidMs, arrivedMs } = segment;
  const isPlausible = saidMs !== null && Math.abs(saidMs - arrivedMs) <= PLAUSIBLE_MS;
  const byItself = Math.round(isPlausible ? saidMs : arrivedMs - durationMs);
  const { endMs } = clock;
  const isNext = clock.sequence !== null && sequence === clock.sequence + 1;
  const follows = endMs !== null && (isNext || byItself < endMs) && Math.abs(byItself - endMs) <= LOOSE_MS;
  const startMs = follows ? endMs : byItself;
  return {
    clock: { endMs: startMs + durationMs, sequence },
    time: { startMs, isDiscontinuity: segment.isDiscontinuity || !isNext },
  };
}
