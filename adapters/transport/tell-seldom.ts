import type { Log } from "../../domain/log.ts";

const TELL_EVERY_MS = 60_000;

/**
 * Warns of each thing once a minute at most, and how often it was: a flood of connections must not become one of log lines.
 *
 * @returns what is called each time
 */
export function tellSeldom(log: Log): (text: string) => void {
  const counts = new Map<string, { count: number; toldAtMs: number }>();
  return (text) => {
    const seen = counts.get(text) ?? { count: 0, toldAtMs: Number.NEGATIVE_INFINITY };
    seen.count += 1;
    counts.set(text, seen);
    if (performance.now() - seen.toldAtMs < TELL_EVERY_MS) return;
    log.warn({ count: seen.count }, text);
    counts.set(text, { count: 0, toldAtMs: performance.now() });
  };
}
