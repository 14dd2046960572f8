/** How long a password that somebody else has given opens its account, days (ASVS 5.0, 6.4.1). */
export const FIRST_PASSWORD_DAYS = 7;

/**
 * True for a password that had to be replaced by its owner and was not, in time.
 *
 * @param givenAtMs milliseconds since the Unix epoch; null = it is not known
 */
export function isFirstPasswordOver(mustChange: boolean, givenAtMs: number | null, nowMs: number): boolean {
  return mustChange && givenAtMs !== null && nowMs - givenAtMs > FIRST_PASSWORD_DAYS * 86_400_000;
}
