/** Longest text of a point, and longest pointer in `unmapped`. */
const MOST_TEXT_CHARS = 200;

/** Cuts that do not matter for short, plain text are skipped by looking first. */
const UNCLEAN = /[\p{Cc}\p{Cs}]/u;

/**
 * Text from an untrusted network, fit to be kept: cut at 200 characters, without control characters and without
 * halves of surrogate pairs (PostgreSQL's jsonb refuses a NUL and a lone surrogate, and would refuse the whole row).
 */
export function cleanText(text: string): string {
  const cut = text.length > MOST_TEXT_CHARS ? text.slice(0, MOST_TEXT_CHARS) : text;
  return UNCLEAN.test(cut) ? cut.replaceAll(/[\p{Cc}\p{Cs}]/gu, "") : cut;
}
