/** A slot may come a little early: a poll is due after this share of its interval. */
export const DUE_SHARE = 0.9;

/** True when a poll of a site should have come by now. Times: ms since the epoch. */
export function isPollDue(lastPollMs: number, intervalS: number, slotMs: number): boolean {
  return slotMs - lastPollMs >= DUE_SHARE * intervalS * 1000;
}
