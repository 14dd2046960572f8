import { SEGMENT_S } from "../content/renditions.ts";

const SEGMENT_MS = SEGMENT_S * 1000;
/** Segments that a live playlist names. */
const WINDOW = 6;
/** Segments that are still served when the playlist has dropped them: a player may be in the middle of one. */
const KEPT_AFTER = 6;

/**
 * What is live at a moment. Segment n shows the two seconds that begin at n × 2 s of the Unix epoch, so that every start
 * of the simulator goes on where the last one was.
 */
export type LiveWindow = {
  /** First and last complete segment of the playlist. */
  readonly first: number;
  readonly last: number;
  /** The segment that is being made. */
  readonly current: number;
  readonly nowMs: number;
};

/** @param nowMs wall clock, ms since the Unix epoch */
export function windowAt(nowMs: number): LiveWindow {
  const current = Math.floor(nowMs / SEGMENT_MS);
  return { first: current - WINDOW, last: current - 1, current, nowMs };
}

export function isServed(window: LiveWindow, segment: number): boolean {
  return segment >= window.first - KEPT_AFTER && segment <= window.last;
}

/** When the segment begins, ms since the Unix epoch. */
export function startMsOf(segment: number): number {
  return segment * SEGMENT_MS;
}

/** When a part of a segment is complete; part −1 of a segment is complete when the segment begins. */
export function partEndMs(segment: number, part: number, partsPerSegment: number): number {
  return startMsOf(segment) + ((part + 1) * SEGMENT_MS) / partsPerSegment;
}
