import { isPointName, type PointName } from "../../points/catalogue.ts";
import type { Zone } from "../zone.ts";

/** How a stretch of history is divided into zones: `count` of them, of `slots` polling intervals each. Times: ms since the epoch. */
export type ZoneGrid = {
  readonly firstMs: number;
  readonly zoneMs: number;
  readonly count: number;
  readonly intervalMs: number;
  readonly slots: number;
};

/** What was stored of one site in one zone. `mask`: in which slots it answered, the first one lowest. */
export type ZoneReading = Pick<Zone, "numbers" | "states" | "words" | "whole" | "faults" | "lacksReadings"> & {
  readonly mask: number;
  /** True when it answered at other times than the slots, too: then the zone says nothing. */
  readonly isOdd: boolean;
};

/** What has to be asked of each zone. */
export type ZoneWishes = {
  readonly faults: readonly string[];
  /** Points of which it matters whether a mapped one has no value that can be trusted. */
  readonly lacking: readonly PointName[];
  /** Points of which it matters whether each reading had a value without doubt. */
  readonly whole: readonly PointName[];
};

/** A quarter of an hour: sensors that stand still for half an hour are told from others by two zones. */
const FINE_ZONE_MS = 900_000;
const USUAL_ZONE_MS = 1_800_000;
/** Bits of an integer. */
const MOST_SLOTS = 30;
/** Polls in two zones that do not touch are never compared with each other. */
const FEWEST_SLOTS = 3;

/**
 * @param isFine for rules that ask of each zone whether something has moved in it
 * @returns null when polls are too rare for zones to spare anything
 */
export function zoneGrid(fromMs: number, toMs: number, intervalS: number, isFine: boolean): ZoneGrid | null {
  const intervalMs = intervalS * 1000;
  const slots = Math.min(MOST_SLOTS, Math.floor((isFine ? FINE_ZONE_MS : USUAL_ZONE_MS) / intervalMs));
  if (!Number.isInteger(intervalS) || slots < FEWEST_SLOTS) return null;
  const zoneMs = slots * intervalMs;
  const firstMs = Math.floor(fromMs / zoneMs) * zoneMs;
  return { firstMs, zoneMs, count: Math.ceil((toMs - firstMs) / zoneMs), intervalMs, slots };
}

/** The zone in which a moment lies. */
export function zoneAt({ firstMs, zoneMs }: ZoneGrid, atMs: number): number {
  return Math.floor((atMs - firstMs) / zoneMs);
}

/** The bit of a slot in what a zone says of its slots; 0 for a moment between the slots. */
export function slotBit({ firstMs, zoneMs, intervalMs }: ZoneGrid, atMs: number): number {
  const sinceMs = atMs - firstMs;
  return sinceMs < 0 || sinceMs % intervalMs !== 0 ? 0 : 1 << ((sinceMs % zoneMs) / intervalMs);
}

/**
 * What these conditions ask of zones, apart from the points that they read: lists of points in conditions of kind
 * `no-reading` and `frozen`, and faults.
 */
export function zoneWishes(conditions: readonly unknown[], faults: Iterable<string>): ZoneWishes {
  const found = conditions.flatMap(objectsIn);
  const pointsOf = (wanted: string) =>
    found.flatMap(({ kind, points }) => (kind === wanted && Array.isArray(points) ? points.map(String) : []));
  const named = found.flatMap(({ kind, fault }) => (kind === "fault" ? [String(fault)] : []));
  return {
    faults: [...new Set([...faults, ...named])],
    lacking: [...new Set(pointsOf("no-reading").filter(isPointName))],
    whole: [...new Set(pointsOf("frozen").filter(isPointName))],
  };
}

function objectsIn(value: unknown): readonly Record<string, unknown>[] {
  if (typeof value !== "object" || value === null) return [];
  return [value as Record<string, unknown>, ...Object.values(value).flatMap(objectsIn)];
}
