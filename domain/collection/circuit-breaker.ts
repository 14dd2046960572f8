import type { FailureCause } from "./failure-cause.ts";

/** Failed rounds until a suspect is only probed now and then. */
const OPEN_AFTER = 3;
const MAX_PROBE_ROUNDS = 5;

/** What is remembered about the contact with one site. */
export type SiteContact = {
  readonly breaker: "closed" | "suspect" | "open";
  /** Failed polls in a row; skipped rounds and our own lateness do not count. */
  readonly failures: number;
  /** Consecutive rounds without a good reply, for whatever reason. */
  readonly misses: number;
  /** Rounds to skip before the next probe. */
  readonly skip: number;
  readonly lastCause: FailureCause | null;
};

export const NEW_CONTACT: SiteContact = { breaker: "closed", failures: 0, misses: 0, skip: 0, lastCause: null };

/** What to do with a site in its round: all tries, one short try, or nothing. */
type RoundAction = "poll" | "probe" | "skip";

export function roundAction({ breaker, skip }: SiteContact): RoundAction {
  if (breaker === "closed") return "poll";
  return skip > 0 ? "skip" : "probe";
}

/** The first success closes the breaker fully. */
export function afterSuccess(contact: SiteContact): SiteContact {
  return contact.misses === 0 && contact.breaker === "closed" ? contact : NEW_CONTACT;
}

/**
 * One failed round makes a suspect, three open the breaker; from then on a probe is due every 1, 2, 4 and at most 5
 * rounds, drawn a little earlier at random so that a dead segment is not probed all at once.
 *
 * @param random 0 ≤ x < 1
 */
export function afterFailure(contact: SiteContact, cause: FailureCause, random: number): SiteContact {
  const failures = contact.failures + 1;
  const misses = contact.misses + 1;
  if (failures < OPEN_AFTER) return { breaker: "suspect", failures, misses, skip: 0, lastCause: cause };
  const every = Math.min(MAX_PROBE_ROUNDS, 2 ** (failures - OPEN_AFTER));
  const skip = every - 1 - Math.floor((random * (every + 1)) / 2);
  return { breaker: "open", failures, misses, skip: Math.max(0, skip), lastCause: cause };
}

/** A round in which the site was not tried because its breaker is open. */
export function afterSkip(contact: SiteContact): SiteContact {
  return { ...contact, misses: contact.misses + 1, skip: contact.skip - 1 };
}

/** A round without a verdict on the site: our own lateness is never held against it. */
export function afterLate(contact: SiteContact): SiteContact {
  return { ...contact, misses: contact.misses + 1 };
}
