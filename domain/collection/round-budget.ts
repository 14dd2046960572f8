/** A round closes after this long, by its own timer (issue 2; domain.md §2.5). */
export const ROUND_LIMIT_MS = 5000;
/** Nothing of a site runs past this share of the time until the close: the rest is for journal and late timers [J]. */
const SITE_SHARE = 0.9;
/** A shorter interval closes its round this long before the next slot. */
export const NEXT_SLOT_MARGIN_MS = 100;

/** How long a site's poll may take, from the site's own start. */
type RoundBudget = {
  /** From the site's start to the close. */
  readonly closesAfterMs: number;
  /** From the site's start: connect, all requests, tries and bodies included. */
  readonly siteBudgetMs: number;
};

/**
 * The budget of one site in one round: 5.0 s, or less where the site's next start is nearer.
 *
 * @param untilNextStartMs from the site's start to its start in the next slot
 */
export function roundBudget(untilNextStartMs: number): RoundBudget {
  const closesAfterMs = Math.max(0, Math.min(ROUND_LIMIT_MS, untilNextStartMs - NEXT_SLOT_MARGIN_MS));
  return { closesAfterMs, siteBudgetMs: closesAfterMs * SITE_SHARE };
}

/** A slot found later than this before the next one is not worth a request: its sites are late. */
export function leastUsefulMs(intervalMs: number): number {
  return Math.min(1000, 0.3 * intervalMs);
}
