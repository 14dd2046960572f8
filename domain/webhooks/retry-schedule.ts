/** After this an event is given up: a receiver that was away for longer has to ask the API what it missed. */
export const GIVE_UP_AFTER_MS = 24 * 3_600_000;

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** As the Standard Webhooks specification suggests: a restart is over in seconds, an outage takes hours. The last one repeats. */
const WAITS_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
];

/**
 * How long to wait after a try that failed.
 *
 * @param attempts tries so far, 1 or more
 * @param ageMs since the event
 * @returns null when it is given up
 */
export function waitAfter(attempts: number, ageMs: number): number | null {
  const waitMs = WAITS_MS[Math.min(attempts, WAITS_MS.length) - 1] ?? 0;
  return ageMs + waitMs > GIVE_UP_AFTER_MS ? null : waitMs;
}
