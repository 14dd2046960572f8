import type { SiteReading } from "../../../domain/alarms/alarm-engine.ts";
import type { ZoneGrid, ZoneReading, ZoneWishes } from "../../../domain/alarms/back-test/zone-grid.ts";
import { MAY_FAIL, MAY_HOLD, type Possible, type Range } from "../../../domain/alarms/zone.ts";
import type { PointName } from "../../../domain/points/catalogue.ts";

/** Readings of one slot of many sites. */
export type Moment = { readonly slotMs: number; readonly readings: readonly SiteReading[] };

/**
 * Zones of readings as the database would make them, except that doubtful values are not among the extremes.
 *
 * @returns the zones of these sites by number of the zone, then by site
 */
export function zonesOf(
  grid: ZoneGrid,
  wishes: ZoneWishes,
  moments: readonly Moment[],
  sites: ReadonlySet<string>,
): readonly ReadonlyMap<string, ZoneReading>[] {
  const rows = Array.from({ length: grid.count }, () => new Map<string, Row[]>());
  for (const { slotMs, readings } of moments) {
    const zone = rows[Math.floor((slotMs - grid.firstMs) / grid.zoneMs)];
    if (zone === undefined) continue;
    for (const { siteId, reading } of readings) {
      if (!sites.has(siteId)) continue;
      const own = zone.get(siteId);
      if (own === undefined) zone.set(siteId, [{ slotMs, reading }]);
      else own.push({ slotMs, reading });
    }
  }
  return rows.map((bySite, zone) => {
    const fromMs = grid.firstMs + zone * grid.zoneMs;
    return new Map([...bySite].map(([siteId, own]) => [siteId, zoneReading(grid, wishes, fromMs, own)]));
  });
}

type Row = Pick<SiteReading, "reading"> & { readonly slotMs: number };

function zoneReading({ intervalMs }: ZoneGrid, wishes: ZoneWishes, fromMs: number, rows: readonly Row[]): ZoneReading {
  const numbers: Partial<Record<PointName, Range>> = {};
  const states: Partial<Record<PointName, Possible>> = {};
  const words: Partial<Record<PointName, readonly [string, string]>> = {};
  // Plain loops: the tests make hundreds of thousands of these.
  for (const { reading } of rows) {
    for (const key in reading.values) {
      const point = key as PointName;
      const value = reading.values[point];
      states[point] = (states[point] ?? 0) | possibleOf(value);
      if (typeof value === "number") numbers[point] = widened(numbers[point], value);
      else if (typeof value === "string") words[point] = spanned(words[point], value);
    }
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

const possibleOf = (value: unknown): Possible => (value === true ? MAY_HOLD : value === false ? MAY_FAIL : 0);

function widened(range: Range | undefined, value: number): Range {
  if (range === undefined) return { low: value, high: value };
  if (value >= range.low && value <= range.high) return range;
  return { low: Math.min(range.low, value), high: Math.max(range.high, value) };
}

function spanned(words: readonly [string, string] | undefined, word: string): readonly [string, string] {
  if (words === undefined) return [word, word];
  const [first, last] = words;
  return word < first ? [word, last] : word > last ? [first, word] : words;
}
