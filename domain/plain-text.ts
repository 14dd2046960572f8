import { z } from "zod";

/** Tabs and line ends are for texts of several lines. */
const ONE_LINE = /^\P{Cc}*$/u;
const LINES = /^[\P{Cc}\t\n\r]*$/u;

/**
 * Text that people write: no control characters, and no half of a surrogate pair, which PostgreSQL's jsonb refuses.
 *
 * @param most characters, as JavaScript counts them
 */
export function plainText(most: number, { isMultiLine = false } = {}) {
  return z
    .string()
    .max(most)
    .regex(isMultiLine ? LINES : ONE_LINE, "must hold no control characters")
    .refine((text) => text.isWellFormed(), "must be well-formed text");
}
