import type { SiteReading } from "../../../domain/alarms/alarm-engine.ts";
import type { ZoneGrid, ZoneReading, ZoneWishes } from "../../../domain/alarms/back-test/zone-grid.ts";
import { MAY_FAIL, MAY_HOLD, type Possible, type Range } from "../../../domain/alarms/zone.ts";
import type { PointName } from "../../../domain/points/catalogue.ts";

/** Readings of one slot of many sites. */
export type Moment = { readonly slotMs: number; readonly readings: readonly SiteReading[] };

/** Zones of readings as the database would make them, except that doubtful values are not among the extremes. */
export function zonesOf(grid: ZoneGrid, wishes: ZoneWishes, moments: readonly Moment[], zone: number) {
  const fromMs = grid.firstMs + zone * grid.zoneMs;
  const inside = moments.filter(({ slotMs }) => slotMs >= fromMs && slotMs < fromMs + grid.zoneMs);
  const bySite = Map.groupBy(
    inside.flatMap(({ slotMs, readings }) => readings.map((reading) => ({ ...reading, slotMs }))),
    ({ siteId }) => siteId,
  );
  return new Map([...bySite].map(([siteId, rows]) => [siteId, zoneReading(grid, wishes, fromMs, rows)]));
}

function zoneReading(
  { intervalMs }: ZoneGrid,
  wishes: ZoneWishes,
  fromMs: number,
  rows: readonly (SiteReading & { readonly slotMs: number })[],
): ZoneReading {
  const numbers: Partial<Record<PointName, Range>> = {};
  const states: Partial<Record<PointName, Possible>> = {};
  const words: Partial<Record<PointName, readonly [string, string]>> = {};
  const entries = rows.flatMap(({ reading }) => Object.entries(reading.values));
  for (const [key, pairs] of Map.groupBy(entries, ([point]) => point as PointName)) {
    const values = pairs.map(([, value]) => value);
    const found = values.filter((value) => typeof value === "number");
    if (found.length > 0) numbers[key] = { low: Math.min(...found), high: Math.max(...found) };
    states[key] = (values.includes(true) ? MAY_HOLD : 0) | (values.includes(false) ? MAY_FAIL : 0);
    const texts = values.filter((value) => typeof value === "string").sort();
    if (texts.length > 0) words[key] = [texts[0] ?? "", texts.at(-1) ?? ""];
  }
  return {
    mask: rows.reduce((mask, { slotMs }) => mask | (1 << Math.floor((slotMs - fromMs) / intervalMs)), 0),
    isOdd: rows.some(({ slotMs }) => (slotMs - fromMs) % intervalMs !== 0),
    numbers,
    states,
    words,
    whole: new Set(
      wishes.whole.filter((point) => rows.every(({ reading }) => typeof reading.values[point] === "number")),
    ),
    faults: [...new Set(rows.flatMap(({ reading }) => reading.faults))],
    lacksReadings: rows.some(({ reading }) => wishes.lacking.some((point) => reading.values[point] === null)),
  };
}
