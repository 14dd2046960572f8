/** Two missed rounds and the time that a round may take [domain: a screen without data for more than 2 polls says so]. */
export function silentAfterMs(pollIntervalS: number): number {
  return (2 * pollIntervalS + 10) * 1000;
}
