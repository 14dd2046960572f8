import type { Translate } from "./use-text.ts";

/** What stands where there is no reading. Never 0. */
export const NO_VALUE = "—";

/**
 * A number with exactly that many decimals; no value gives a dash. Both languages write 12,345.6: `Intl` would say the
 * same, and the first use of it costs a page that is starting more than drawing a hundred tiles.
 */
export function formatNumber(value: number | null | undefined, decimals: number, _locale: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NO_VALUE;
  // A rounded -0 would read "-0.0".
  const [whole = "", fraction] = (Math.abs(value) < 0.5 / 10 ** decimals ? 0 : value).toFixed(decimals).split(".");
  const grouped = whole.replace(/\d(?=(?:\d{3})+$)/g, "$&,");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** An age in its largest whole unit, short enough for a tile: 42 s, 3 min, 2 h, 5 d. */
export function formatAge(seconds: number | null, t: Translate): string {
  if (seconds === null) return NO_VALUE;
  const s = Math.max(0, Math.floor(seconds));
  if (s < 120) return t("age.s", { n: s });
  if (s < 7200) return t("age.min", { n: Math.floor(s / 60) });
  if (s < 172_800) return t("age.h", { n: Math.floor(s / 3600) });
  return t("age.d", { n: Math.floor(s / 86_400) });
}

const clockFormats = new Map<string, Intl.DateTimeFormat>();

/** Wall-clock time with seconds in the reader's zone; the date stands before it when it is not the day of `nowMs`. */
export function formatClock(ms: number | null, locale: string, nowMs: number = ms ?? 0): string {
  if (ms === null) return NO_VALUE;
  const time = clockFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const day = clockFormat(locale, { year: "numeric", month: "2-digit", day: "2-digit" });
  const isSameDay = day.format(ms) === day.format(nowMs);
  return isSameDay ? time.format(ms) : `${day.format(ms)} ${time.format(ms)}`;
}

function clockFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}|${Object.keys(options).join()}`;
  const known = clockFormats.get(key);
  if (known) return known;
  const format = new Intl.DateTimeFormat(locale, options);
  clockFormats.set(key, format);
  return format;
}

export type Figure = { readonly text: string; readonly unit: string };

/** TH/s in the unit that a person reads without counting zeros: PH/s up to 1,000, then EH/s. */
export function formatHashrate(hashrateTh: number | null, locale: string): Figure {
  if (hashrateTh === null) return { text: NO_VALUE, unit: "PH/s" };
  if (hashrateTh >= 1_000_000) return { text: formatNumber(hashrateTh / 1_000_000, 2, locale), unit: "EH/s" };
  return { text: formatNumber(hashrateTh / 1000, 1, locale), unit: "PH/s" };
}

/** Kilowatts, from one megawatt of fleet on in MW. */
export function formatPower(powerKw: number | null, locale: string): Figure {
  if (powerKw === null) return { text: NO_VALUE, unit: "MW" };
  if (Math.abs(powerKw) < 10_000) return { text: formatNumber(powerKw, 0, locale), unit: "kW" };
  return { text: formatNumber(powerKw / 1000, 1, locale), unit: "MW" };
}

/** How long something took: 84 ms, 2.41 s. */
export function formatDuration(ms: number | null, locale: string): string {
  if (ms === null) return NO_VALUE;
  return ms < 1000 ? `${formatNumber(ms, 0, locale)} ms` : `${formatNumber(ms / 1000, 2, locale)} s`;
}
