/** The place of an alarm among those that want somebody: worst first, then the most urgent, then the newest. */
export type QueuedAlarm = {
  readonly id: string;
  /** 1 critical to 4 low. */
  readonly priority: number;
  /** 1 unacknowledged, 2 over but not seen or not reset, 3 acknowledged. */
  readonly urgency: number;
  /** ms since the epoch. */
  readonly raisedMs: number;
};

/** Later than any time that can be: 2286. */
const LAST_MS = 1e13;

/** One number in the order of the queue, the most pressing lowest. It is whole, and small enough to be exact as a double. */
export function queueScore({ priority, urgency, raisedMs }: QueuedAlarm): number {
  return (10 * priority + urgency) * LAST_MS + (LAST_MS - 1 - Math.min(Math.max(0, raisedMs), LAST_MS - 1));
}
