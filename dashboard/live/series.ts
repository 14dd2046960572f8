import type { LiveRow } from "../../domain/live/live-table.ts";
import type { History } from "../../domain/telemetry/history.ts";

/** One point over time, oldest first; a gap is `null`. Times are milliseconds since the Unix epoch. */
export type Series = { readonly times: readonly number[]; readonly values: readonly (number | null)[] };

export const WINDOW_MS = 3_600_000;

export function seriesOf({ times, series }: Pick<History, "times" | "series">): ReadonlyMap<string, Series> {
  const ms = times.map((time) => Date.parse(time));
  return new Map(Object.entries(series).map(([point, { avg }]) => [point, { times: ms, values: avg }]));
}

/** The same series with one more reading, without what has left the window. A reading that is there already changes nothing. */
export function appendReading(
  all: ReadonlyMap<string, Series>,
  row: LiveRow,
  points: readonly string[],
  nowMs: number,
): ReadonlyMap<string, Series> {
  const atMs = row.slotMs ?? row.collectedAtMs;
  if (atMs === null) return all;
  const next = new Map(all);
  for (const point of points) {
    const before = all.get(point) ?? { times: [], values: [] };
    if ((before.times.at(-1) ?? 0) >= atMs) continue;
    const value = row.values[point];
    const first = before.times.findIndex((time) => time >= nowMs - WINDOW_MS);
    const from = first === -1 ? before.times.length : first;
    next.set(point, {
      times: [...before.times.slice(from), atMs],
      values: [...before.values.slice(from), typeof value === "number" ? value : null],
    });
  }
  return next;
}

export type Trend = {
  readonly path: string;
  /** The first reading, when the hour began before it: where it is drawn, and its time. Null: the hour is covered. */
  readonly first: { readonly x: number; readonly atMs: number } | null;
  readonly min: number;
  readonly max: number;
  readonly last: readonly [number, number] | null;
};

/** Columns of a sparkline: one a minute of the window. */
const BUCKETS = 60;

type Bucket = { min: number; max: number; last: number };

/**
 * A series as an SVG path. Each minute is drawn from its least to its greatest value, so that a short spike stays
 * visible; a minute without a reading breaks the line. The axis is always the whole hour.
 *
 * @returns null when the window holds no reading
 */
export function trendOf({ times, values }: Series, nowMs: number, width: number, height: number): Trend | null {
  const buckets = bucketsOf(times, values, nowMs);
  const filled = buckets.filter((bucket) => bucket !== undefined);
  if (filled.length === 0) return null;
  const min = Math.min(...filled.map((bucket) => bucket.min));
  const max = Math.max(...filled.map((bucket) => bucket.max));
  // A flat line belongs in the middle, and noise of the last decimal must not look like a storm.
  const span = Math.max(max - min, Math.abs(max) * 0.01, 1e-6);
  const middle = (min + max) / 2;
  const y = (value: number): number => round(height / 2 - ((value - middle) / span) * (height - 4));
  const x = (place: number): number => round((place / (BUCKETS - 1)) * (width - 4) + 2);
  let path = "";
  let isDrawing = false;
  const firstPlace = buckets.findIndex((bucket) => bucket !== undefined);
  // The hour begins between two readings: less than two of their distances before the first one is no missing history.
  const isCovered = firstPlace <= 2 * usualDistance(times);
  const atMs = times.find((time, index) => time >= nowMs - WINDOW_MS && (values[index] ?? null) !== null) ?? nowMs;
  let last: readonly [number, number] | null = null;
  buckets.forEach((bucket, place) => {
    if (bucket) {
      path += `${isDrawing ? "L" : "M"}${x(place)} ${y(bucket.min)}`;
      if (bucket.max !== bucket.min) path += `L${x(place)} ${y(bucket.max)}`;
      path += `L${x(place)} ${y(bucket.last)}`;
      last = [x(place), y(bucket.last)];
    }
    isDrawing = bucket !== undefined;
  });
  return { path, first: isCovered ? null : { x: x(firstPlace), atMs }, min, max, last };
}

/** Readings slower than one a minute do not fill every bucket: gaps up to the usual distance are bridged. */
function bucketsOf(
  times: readonly number[],
  values: readonly (number | null)[],
  nowMs: number,
): (Bucket | undefined)[] {
  const buckets = new Array<Bucket | undefined>(BUCKETS).fill(undefined);
  times.forEach((time, index) => {
    const value = values[index];
    const place = Math.floor(((time - (nowMs - WINDOW_MS)) / WINDOW_MS) * BUCKETS);
    if (value === null || value === undefined || place < 0 || time > nowMs + 60_000) return;
    const slot = Math.min(place, BUCKETS - 1);
    const bucket = buckets[slot];
    buckets[slot] = bucket
      ? { min: Math.min(bucket.min, value), max: Math.max(bucket.max, value), last: value }
      : { min: value, max: value, last: value };
  });
  return bridge(buckets, usualDistance(times));
}

/** In buckets; at least 1. The median tells the polling interval whatever gaps there are. */
function usualDistance(times: readonly number[]): number {
  const distances = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const median = distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0;
  return Math.max(1, Math.ceil(median / (WINDOW_MS / BUCKETS)));
}

function bridge(buckets: readonly (Bucket | undefined)[], distance: number): (Bucket | undefined)[] {
  return buckets.map((bucket, place) => {
    if (bucket) return bucket;
    const before = buckets.slice(Math.max(0, place - distance), place).findLast((near) => near !== undefined);
    const after = buckets.slice(place + 1, place + 1 + distance).find((near) => near !== undefined);
    return before && after ? { min: before.last, max: before.last, last: before.last } : undefined;
  });
}

const round = (value: number): number => Math.round(value * 10) / 10;
