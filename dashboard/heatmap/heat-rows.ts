import type { PointDefinition } from "../../domain/points/point.ts";
import type { SiteSummary } from "../../domain/sites/site-summary.ts";
import type { FleetHistory } from "../../domain/telemetry/history.ts";

const CHUNK = 25;

type Column = readonly (number | null)[];
export type HeatRow = {
  readonly site: SiteSummary;
  readonly values: Column;
  /** How far from usual at the worst moment; 0 = never outside. See `badness`. */
  readonly badness: number;
  readonly isEmpty: boolean;
};
export type HeatBlock = { readonly key: string; readonly label: string; readonly rows: readonly HeatRow[] };

export type Scale = {
  /** The usual band, or the middle half of what was measured where the catalogue knows none. */
  readonly low: number;
  readonly high: number;
  /** Colours are strongest here and beyond. */
  readonly least: number;
  readonly most: number;
  readonly isBand: boolean;
};

/** A roll-up follows a minute or two after its bucket; more columns than this without any reading are an outage. */
const MOST_UNFINISHED = 2;

/** Without the columns at the end that have not been rolled up yet: nobody has a reading there, and none is missing. */
export function withoutUnfinished(fleet: FleetHistory): FleetHistory {
  const all = Object.values(fleet.sites);
  let columns = fleet.times.length;
  const isUnfinished = (column: number): boolean => all.every(({ avg }) => (avg[column] ?? null) === null);
  while (columns > 1 && fleet.times.length - columns < MOST_UNFINISHED && isUnfinished(columns - 1)) columns -= 1;
  if (columns === fleet.times.length) return fleet;
  const cut = (values: Column): (number | null)[] => values.slice(0, columns);
  const sites = Object.entries(fleet.sites).map(([id, { avg }]) => [id, { avg: cut(avg) }] as const);
  return { ...fleet, times: fleet.times.slice(0, columns), sites: Object.fromEntries(sites) };
}

/** @returns null when nothing was measured anywhere */
export function heatScale(definition: PointDefinition, fleet: FleetHistory): Scale | null {
  if (definition.type === "bool") return stateScale(definition.normal);
  const all = Object.values(fleet.sites)
    .flatMap(({ avg }) => avg.filter((value) => value !== null))
    .sort((a, b) => a - b);
  const at = (share: number): number => all[Math.floor(share * (all.length - 1))] ?? 0;
  if (all.length === 0) return null;
  const [from, to] = definition.band ?? [null, null];
  if (from === null && to === null) {
    return { low: at(0.25), high: at(0.75), least: at(0.01), most: at(0.99), isBand: false };
  }
  const low = from ?? Math.min(at(0.01), to ?? 0);
  const high = to ?? Math.max(at(0.99), from ?? 0);
  const width = Math.max(high - low, 1e-9);
  return { low, high, least: low - width / 2, most: high + width / 2, isBand: true };
}

/** Grey in the usual state, coloured by the share of the time in the other. */
function stateScale(normal: PointDefinition["normal"]): Scale {
  if (typeof normal !== "boolean") return { low: 0, high: 1, least: 0, most: 1, isBand: false };
  const usual = normal ? 1 : 0;
  return { low: usual, high: usual, least: 0, most: 1, isBand: true };
}

/**
 * How far a row left the usual band at its worst, in widths of that band; without a band, how far it lies from the middle
 * of the fleet, in the same measure. Yes/no points: the share of time in the unusual state.
 */
export function badness(definition: PointDefinition, values: Column, scale: Scale | null): number {
  if (!scale) return 0;
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return 0;
  if (definition.type === "bool") {
    const share = known.reduce((sum, value) => sum + value, 0) / known.length;
    if (typeof definition.normal !== "boolean") return 0;
    return definition.normal ? 1 - share : share;
  }
  const width = Math.max(scale.high - scale.low, 1e-9);
  const away = known.map((value) => Math.max(scale.low - value, value - scale.high, 0) / width);
  return Math.max(...away);
}

/**
 * Worst first. Grouped by zone, the zone with the worst site comes first. A site without any reading stands behind those
 * that are outside their band, and before those that are well.
 */
export function heatBlocks(
  sites: readonly SiteSummary[],
  definition: PointDefinition,
  fleet: FleetHistory,
  scale: Scale | null,
  isGrouped: boolean,
): readonly HeatBlock[] {
  const rows = sites
    .filter(({ enabled }) => enabled)
    .map((site): HeatRow => {
      const values = fleet.sites[site.id]?.avg ?? fleet.times.map(() => null);
      const isEmpty = values.every((value) => value === null);
      return { site, values, isEmpty, badness: badness(definition, values, scale) };
    })
    .sort(byBadness);
  if (!isGrouped) return chunksOf(rows);
  const blocks = new Map<string, HeatRow[]>();
  for (const row of rows) {
    const key = `${row.site.region} / ${row.site.zone}`;
    blocks.set(key, [...(blocks.get(key) ?? []), row]);
  }
  // The rows come sorted, so the zone of the worst site was met first.
  return [...blocks].map(([key, own]) => ({ key, label: key, rows: own }));
}

/** One long list in pieces that fill columns. */
function chunksOf(rows: readonly HeatRow[]): HeatBlock[] {
  const count = Math.ceil(rows.length / CHUNK);
  return Array.from({ length: count }, (_, place) => {
    const own = rows.slice(place * CHUNK, (place + 1) * CHUNK);
    return { key: `part-${place}`, label: `${place * CHUNK + 1}–${place * CHUNK + own.length}`, rows: own };
  });
}

function byBadness(a: HeatRow, b: HeatRow): number {
  const rank = (row: HeatRow): number => (row.badness > 0 ? 0 : row.isEmpty ? 1 : 2);
  return rank(a) - rank(b) || b.badness - a.badness || a.site.id.localeCompare(b.site.id);
}
