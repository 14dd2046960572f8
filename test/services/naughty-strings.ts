import { createRequire } from "node:module";

/** The Big List of Naughty Strings: texts that have broken other programs. Each once. */
export function naughtyStrings(): readonly string[] {
  const strings = createRequire(import.meta.url)("big-list-of-naughty-strings") as string[];
  return [...new Set(strings)];
}
