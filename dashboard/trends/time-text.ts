import type { Span } from "./time-range.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}|${name}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(locale, options);
  formats.set(key, made);
  return made;
}

const DAY_MS = 86_400_000;
const DAY = { month: "2-digit", day: "2-digit" } as const;
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;

/** A tick of the time axis, in the reader's zone: the clock, the day at midnight; only days on a long axis. */
export function tickText(ms: number, { fromMs, toMs }: Span, locale: string): string {
  const spanMs = toMs - fromMs;
  if (spanMs > 300 * DAY_MS) return format(locale, "month", { year: "numeric", month: "2-digit" }).format(ms);
  const time = new Date(ms);
  const isMidnight = time.getHours() === 0 && time.getMinutes() === 0;
  const isLong = spanMs > 4 * DAY_MS;
  if (isMidnight || (isLong && spanMs > 12 * DAY_MS)) return format(locale, "day", DAY).format(ms);
  return format(locale, "clock", CLOCK).format(ms);
}

/** A moment in full: date, clock, seconds where they can matter. */
export function momentText(ms: number, stepMs: number, locale: string): string {
  const day = { year: "numeric", ...DAY } as const;
  if (stepMs >= DAY_MS) return format(locale, "full-day", day).format(ms);
  const hasSeconds = stepMs < 60_000;
  const clock = hasSeconds ? { ...CLOCK, second: "2-digit" as const } : CLOCK;
  return format(locale, hasSeconds ? "full-s" : "full", { ...day, ...clock }).format(ms);
}

/** For `<input type="datetime-local">`: local time without a zone. */
export function inputText(ms: number): string {
  const time = new Date(ms);
  return new Date(ms - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Null for what the browser could not read as a time. */
export function inputMs(text: string): number | null {
  const ms = new Date(text).getTime();
  return Number.isFinite(ms) ? ms : null;
}
