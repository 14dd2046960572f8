const FIRST_MS = 500;
/** The longest wait, the handshake and the first frame together must stay below five seconds. */
const LONGEST_MS = 2000;

/**
 * How long to wait before the next try. The jitter spreads a thousand screens that lost the same server.
 *
 * @param failures tries in a row that gave no frame
 * @param random 0…1
 * @returns 250…2000 ms
 */
export function retryDelayMs(failures: number, random: number): number {
  const fullMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return Math.round(fullMs * (0.5 + random / 2));
}
