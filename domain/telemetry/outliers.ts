import { z } from "zod";
import { POINT_NAMES, POINTS, PointName } from "../points/catalogue.ts";
import { type Circle, ENOUGH_SISTERS, indexCircles, type Kin } from "../sites/sisters.ts";
import { isDoubtful } from "./quality.ts";
import type { Snapshot } from "./snapshot.ts";

/** Makes the median absolute deviation of a normal distribution its standard deviation (Iglewicz and Hoaglin 1993). */
const NORMAL_MAD = 0.6745;
/** From this modified z-score on a value counts as an outlier (Iglewicz and Hoaglin 1993). */
export const USUAL_MIN_DEVIATION = 3.5;
/** Sisters that agree to the last digit must not make a small step a big deviation [J]. */
const FLOOR_OF_BAND = 0.05;
const FLOOR_OF_MEDIAN = 0.01;
/** A snapshot older than this many intervals says nothing about now. */
const FRESH_INTERVALS = 3;

/** One value that differs from what the sister sites of its site say at the same time. */
export const Outlier = z
  .strictObject({
    siteId: z.string(),
    point: PointName,
    value: z.number(),
    median: z.number().describe("Of the sisters, without the site itself"),
    mad: z.number().describe("Median absolute deviation of the sisters from their median, before the floor"),
    deviation: z.number().describe("0.6745 × (value − median) / MAD, with a floor for the MAD; positive = above"),
    sisters: z.int().describe("How many sister sites had a fresh, good value"),
    basis: z.enum(["zone", "region", "profile"]).describe("What site and sisters have in common beside the profile"),
    ageS: z.number().describe("Seconds since the site's own value arrived"),
  })
  .meta({ id: "Outlier", description: "A value that differs from the sister sites" });
export type Outlier = z.infer<typeof Outlier>;

/** Points that can be compared between sites: what is measured or computed, no counter, no place on the map, no target. */
export const COMPARED_POINTS: readonly PointName[] = POINT_NAMES.filter((name) => {
  const { type, kind, origin, group } = POINTS[name];
  const isOfThePlant = (origin === "device" || origin === "derived") && group !== "controller";
  return type === "num" && kind === "gauge" && isOfThePlant && name !== "latitude_deg" && name !== "longitude_deg";
});

/** The fleet at one moment. */
export type Fleet = {
  readonly sites: readonly Kin[];
  readonly snapshotOf: (siteId: string) => Snapshot | undefined;
  /** Polling interval of a site, seconds. */
  readonly intervalOf: (siteId: string) => number;
  readonly nowMs: number;
};

/** What is the same for every point: who says something now, and whom each is compared with. */
export type Comparison = {
  readonly present: readonly { readonly snapshot: Snapshot; readonly ageS: number; readonly circle: Circle }[];
  /** The fresh snapshots of each circle. */
  readonly circles: ReadonlyMap<Circle, readonly Snapshot[]>;
};

/** Prepares a comparison; sites that are disabled, or whose newest snapshot is old, are left out. */
export function compareSisters({ sites, snapshotOf, intervalOf, nowMs }: Fleet): Comparison {
  const circleOf = indexCircles(sites);
  const fresh = new Map<string, Snapshot>();
  const circles = new Map<Circle, readonly Snapshot[]>();
  const present = sites.flatMap((site) => {
    const snapshot = site.enabled ? snapshotOf(site.id) : undefined;
    if (snapshot === undefined) return [];
    const ageS = Math.max(0, Math.round((nowMs - Date.parse(snapshot.collectedAt)) / 1000));
    if (ageS > FRESH_INTERVALS * intervalOf(site.id)) return [];
    fresh.set(site.id, snapshot);
    return { snapshot, ageS, circle: circleOf(site) };
  });
  for (const { circle } of present) {
    if (!circles.has(circle))
      circles.set(
        circle,
        circle.memberIds.flatMap((siteId) => fresh.get(siteId) ?? []),
      );
  }
  return { present, circles };
}

/**
 * Deviations of one point: for every site whose value is at least `minDeviation` away from the median of its sisters, in
 * no order. A site with fewer than three sisters that have a good value is left out.
 */
export function outliersOf(
  point: PointName,
  { present, circles }: Comparison,
  minDeviation: number = USUAL_MIN_DEVIATION,
): Outlier[] {
  const measures = new Map<Circle, (value: number) => Spread | null>();
  for (const [circle, snapshots] of circles) {
    measures.set(circle, measureOthers(snapshots.flatMap((snapshot) => valueIn(snapshot, point) ?? [])));
  }
  return present.flatMap(({ snapshot, ageS, circle }) => {
    const value = valueIn(snapshot, point);
    const spread = value === null ? null : measures.get(circle)?.(value);
    if (value === null || !spread) return [];
    const { median, mad, count } = spread;
    const deviation = (NORMAL_MAD * (value - median)) / Math.max(mad, madFloor(point, median));
    if (Math.abs(deviation) < minDeviation) return [];
    const figures = { median: roundMicro(median), mad: roundMicro(mad), deviation: roundMicro(deviation) };
    return { siteId: snapshot.siteId, point, value, ...figures, sisters: count, basis: circle.basis, ageS };
  });
}

/** Biggest deviation first; equal ones by site and point, so that the order holds still. */
export function byDeviation(a: Outlier, b: Outlier): number {
  const difference = Math.abs(b.deviation) - Math.abs(a.deviation);
  return difference || compareText(a.siteId, b.siteId) || compareText(a.point, b.point);
}

/** The smallest MAD that counts: 5 % of the point's band, else 1 % of the median, at least one step of its last digit. */
export function madFloor(point: PointName, median: number): number {
  const { band, decimals = 1 } = POINTS[point];
  const [from, to] = band ?? [null, null];
  const share = from !== null && to !== null ? (to - from) * FLOOR_OF_BAND : Math.abs(median) * FLOOR_OF_MEDIAN;
  return Math.max(share, 10 ** -decimals);
}

type Spread = { readonly median: number; readonly mad: number; readonly count: number };

/**
 * Median and MAD of all values but one, which must be among them. Sorting happens once: leaving out one value of a sorted
 * list can lead to three medians only, and each has its list of deviations.
 */
export function measureOthers(values: readonly number[]): (own: number) => Spread | null {
  const sorted = [...values].sort(ascending);
  const deviations = new Map<number, readonly number[]>();
  return (own) => {
    const count = sorted.length - 1;
    if (count < ENOUGH_SISTERS) return null;
    const median = medianWithout(sorted, own);
    const sortedDeviations = deviations.get(median) ?? sorted.map((value) => Math.abs(value - median)).sort(ascending);
    deviations.set(median, sortedDeviations);
    return { median, mad: medianWithout(sortedDeviations, Math.abs(own - median)), count };
  };
}

/** Equal values are interchangeable, so any place of the value will do. */
function medianWithout(sorted: readonly number[], value: number): number {
  const left = placeOf(sorted, value);
  const at = (place: number): number => sorted[place < left ? place : place + 1] ?? Number.NaN;
  const count = sorted.length - 1;
  const middle = count >> 1;
  return count % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
}

/** By bisection. */
function placeOf(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? value) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function valueIn({ values, quality }: Snapshot, point: PointName): number | null {
  const value = values[point];
  return typeof value === "number" && !isDoubtful(quality[point]) ? value : null;
}

function roundMicro(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

function ascending(a: number, b: number): number {
  return a - b;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
