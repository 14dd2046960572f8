/** A stretch of time in milliseconds since the Unix epoch. */
export type Span = { readonly fromMs: number; readonly toMs: number };

/** `last` ends at "now" and moves with it; `fixed` stays where it is. */
export type TimeRange = { readonly kind: "last"; readonly spanS: number } | ({ readonly kind: "fixed" } & Span);

/** Offered as buttons: an hour up to a quarter. */
export const SPANS_S: readonly number[] = [3600, 21_600, 86_400, 604_800, 2_592_000, 7_776_000];
const LEAST_MS = 5 * 60_000;
/** Some years of daily values: nobody has more, and a slip of the wheel must not ask for the middle ages. */
const MOST_MS = 10 * 366 * 86_400_000;
/** So close to now, a range is meant to end there. */
const NOW_SHARE = 0.005;

export function spanOf(range: TimeRange, nowMs: number): Span {
  if (range.kind === "fixed") return { fromMs: range.fromMs, toMs: range.toMs };
  return { fromMs: nowMs - range.spanS * 1000, toMs: nowMs };
}

export const lengthOf = ({ fromMs, toMs }: Span): number => toMs - fromMs;

/**
 * The range that was asked for, put right: neither too short nor too long, and not beyond now. One that reaches now
 * follows it.
 */
export function rangeOf(span: Span, nowMs: number): TimeRange {
  const length = Math.min(MOST_MS, Math.max(LEAST_MS, lengthOf(span)));
  const middle = (span.fromMs + span.toMs) / 2;
  const isTooShort = lengthOf(span) < LEAST_MS;
  const toMs = Math.round(isTooShort ? middle + length / 2 : span.toMs);
  if (toMs >= nowMs - length * NOW_SHARE) return { kind: "last", spanS: Math.round(length / 1000) };
  return { kind: "fixed", fromMs: Math.round(toMs - length), toMs };
}

/** @param factor below 1 shows less time @param anchorMs stays where it is on the screen */
export function zoomSpan({ fromMs, toMs }: Span, factor: number, anchorMs: number): Span {
  const wanted = Math.min(MOST_MS, Math.max(LEAST_MS, (toMs - fromMs) * factor));
  const share = (anchorMs - fromMs) / (toMs - fromMs);
  return { fromMs: anchorMs - share * wanted, toMs: anchorMs + (1 - share) * wanted };
}

/** @param share of the span's length; negative = back in time. Never beyond now */
export function panSpan({ fromMs, toMs }: Span, share: number, nowMs: number): Span {
  const byMs = Math.min((toMs - fromMs) * share, Math.max(0, nowMs - toMs));
  return { fromMs: fromMs + byMs, toMs: toMs + byMs };
}

const UNITS_S = { m: 60, h: 3600, d: 86_400 } as const;

/** Seconds as the address says them: `90m`, `24h`, `7d`. */
export function spanText(spanS: number): string {
  if (spanS % UNITS_S.d === 0 && spanS > UNITS_S.d) return `${spanS / UNITS_S.d}d`;
  if (spanS % UNITS_S.h === 0) return `${spanS / UNITS_S.h}h`;
  return `${Math.max(1, Math.round(spanS / UNITS_S.m))}m`;
}

/** @returns null for what is no span, or one that nobody can mean */
export function parseSpan(text: string): number | null {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (!count || !unit) return null;
  const spanS = Number(count) * UNITS_S[unit as keyof typeof UNITS_S];
  return spanS * 1000 >= LEAST_MS && spanS * 1000 <= MOST_MS ? spanS : null;
}
