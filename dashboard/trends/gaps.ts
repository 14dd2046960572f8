import { runsOf, type Samples } from "./samples.ts";
import type { Span } from "./time-range.ts";

/** A missing step or two at the ends of a range is the rhythm of polling, no gap. */
const EDGE_STEPS = 2.5;

/**
 * Where none of the series has a reading: hatched on the screen, never bridged. What lies after now is not missing.
 */
export function gapSpans(all: readonly Samples[], { fromMs, toMs }: Span, nowMs: number): readonly Span[] {
  const endMs = Math.min(toMs, nowMs);
  const edgeMs = EDGE_STEPS * Math.max(0, ...all.map(({ stepMs }) => stepMs));
  const covered = all.flatMap(coveredSpans).sort((a, b) => a.fromMs - b.fromMs);
  const gaps: Span[] = [];
  let knownUntil = fromMs;
  for (const span of covered) {
    if (span.fromMs > endMs) break;
    const isGap = span.fromMs > knownUntil + (knownUntil === fromMs ? edgeMs : 0);
    if (isGap) gaps.push({ fromMs: knownUntil, toMs: span.fromMs });
    knownUntil = Math.max(knownUntil, span.toMs);
  }
  if (endMs > knownUntil + edgeMs) gaps.push({ fromMs: knownUntil, toMs: endMs });
  return gaps;
}

/** A bucket knows its whole length, a raw reading its moment. */
function coveredSpans(samples: Samples): Span[] {
  return runsOf(samples).map(({ from, to }) => ({
    fromMs: samples.times[from] ?? 0,
    toMs: (samples.times[to] ?? 0) + (samples.isRaw ? 0 : samples.stepMs),
  }));
}
