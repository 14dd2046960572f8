const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Wall-clock time at a place, as an input of date and time takes it: `2026-11-26T08:00`. */
export function wallTime(ms: number, timeZone: string): string {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("sv-SE", {
      timeZone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    formats.set(timeZone, format);
  }
  return format.format(ms).replace(" ", "T");
}

/**
 * The moment of a wall-clock time at a place. A time that a change of the clocks leaves out is taken as the one after it.
 *
 * @param wall `2026-11-26T08:00`
 * @returns milliseconds since the Unix epoch; null for what is no time
 */
export function momentOf(wall: string, timeZone: string): number | null {
  const asUtc = Date.parse(`${wall}Z`);
  if (Number.isNaN(asUtc)) return null;
  const offsetAt = (ms: number): number => Date.parse(`${wallTime(ms, timeZone)}Z`) - ms;
  const first = asUtc - offsetAt(asUtc);
  return asUtc - offsetAt(first);
}

/** Midnights at a place, from the one before a moment on: one more than days, so that the last day has an end too. */
export function midnights(fromMs: number, days: number, timeZone: string): readonly number[] {
  const firstDay = Date.parse(`${wallTime(fromMs, timeZone).slice(0, 10)}T00:00:00Z`);
  return Array.from({ length: days + 1 }, (_, n) => {
    const date = new Date(firstDay + n * DAY_MS).toISOString().slice(0, 10);
    return momentOf(`${date}T00:00`, timeZone) ?? firstDay + n * DAY_MS;
  });
}
