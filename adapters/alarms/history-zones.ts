import type { ZoneReading } from "../../domain/alarms/back-test/zone-grid.ts";
import type { Range } from "../../domain/alarms/zone.ts";
import type { PointName } from "../../domain/points/catalogue.ts";
import { numbersIn, type PackedColumn, unpackColumn } from "./packed-columns.ts";
import type { ZoneChunk, ZoneColumn, ZonePlan } from "./read-zones.ts";
import { remembered } from "./remembered.ts";

/** One zone of all sites that have a row in it, and the rounds that took place in it: ms since the epoch, in order. */
export type StoredZone = {
  readonly zone: number;
  readonly readings: ReadonlyMap<string, ZoneReading>;
  readonly rounds: readonly number[];
};

type Writable = { -readonly [K in keyof ZoneReading]: ZoneReading[K] };
type Fill = (reading: Writable, row: number, isDoubted: boolean) => void;

/** Bits of `marks`. */
const LACKING = 1;
const DOUBTED = 2;
const NO_WORDS: ZoneReading["words"] = {};
const NO_FAULTS: readonly string[] = [];
const NO_POINTS: ReadonlySet<PointName> = new Set();

/** Unpacks chunks of zones, one zone after the other. */
export function createZoneReader({ grid, sites, columns }: ZonePlan): (chunk: ZoneChunk) => Generator<StoredZone> {
  const idOf = new Map(sites.map(({ id, number }) => [number, id]));
  // Copies of one object have one hidden class.
  const noNumbers = Object.fromEntries(
    columns.flatMap((column) => (column.kind === "extremes" ? [[column.point, null]] : [])),
  );
  const noStates = Object.fromEntries(
    columns.flatMap((column) => (column.kind === "states" ? column.points.map((point) => [point, 0]) : [])),
  );
  // Few combinations come again and again.
  const someOf = columns.map((column) => remembered((bits: number) => membersOf(column, bits)));

  function readingAt(row: number, fills: readonly Fill[], common: ReturnType<typeof commonOf>): ZoneReading {
    const marks = common.marks[row] ?? 0;
    const reading: Writable = {
      mask: common.mask[row] ?? 0,
      isOdd: common.odd[row] === 1,
      numbers: { ...noNumbers },
      states: { ...noStates },
      words: NO_WORDS,
      whole: NO_POINTS,
      faults: NO_FAULTS,
      lacksReadings: (marks & LACKING) !== 0,
    };
    for (const fill of fills) fill(reading, row, (marks & DOUBTED) !== 0);
    return reading;
  }

  return function* zonesOf(chunk) {
    const fills = columns.map((column, index) => fillOf(column, chunk, someOf[index] ?? (() => [])));
    const common = commonOf(chunk);
    const rows = Map.groupBy(common.zone.keys(), (row) => common.zone[row] ?? -1);
    const rounds = [...numbersIn(chunk.rounds)].sort((a, b) => a - b);
    for (let zone = chunk.fromZone; zone < chunk.toZone; zone++) {
      const readings = new Map<string, ZoneReading>();
      for (const row of rows.get(zone) ?? []) {
        const id = idOf.get(common.site[row] ?? Number.NaN);
        if (id !== undefined) readings.set(id, readingAt(row, fills, common));
      }
      const fromMs = grid.firstMs + zone * grid.zoneMs;
      yield { zone, readings, rounds: rounds.filter((ms) => ms >= fromMs && ms < fromMs + grid.zoneMs) };
    }
  };
}

function commonOf({ columns }: ZoneChunk) {
  const read = (name: string) => numbersIn(columns[name]);
  return {
    site: read("site"),
    zone: read("zone"),
    mask: read("mask"),
    odd: read("odd"),
    marks: read("marks"),
  };
}

function fillOf(column: ZoneColumn, { columns }: ZoneChunk, someOf: (bits: number) => readonly string[]): Fill {
  if (column.kind === "extremes") {
    const low = unpackColumn(columns[column.low] ?? null);
    const high = unpackColumn(columns[column.high] ?? null);
    return fillExtremes(column.point, low, high);
  }
  const bits = numbersIn(columns[column.name]);
  switch (column.kind) {
    case "states":
      return fillStates(column.points, bits);
    case "faults":
      return (reading, row) => {
        const set = bits[row] ?? 0;
        if (set !== 0) reading.faults = [...reading.faults, ...someOf(set)];
      };
    case "whole": {
      const setOf = remembered((some: number) => new Set(someOf(some) as readonly PointName[]));
      return (reading, row, isDoubted) => {
        if (isDoubted) return;
        const own = setOf(bits[row] ?? 0);
        reading.whole = reading.whole.size === 0 ? own : new Set([...reading.whole, ...own]);
      };
    }
  }
}

function fillExtremes(point: PointName, low: PackedColumn, high: PackedColumn): Fill {
  if (low.kind === "words" || high.kind === "words") {
    return (reading, row) => {
      const [first, last] = [low.values[row], high.values[row]];
      if (typeof first === "string" && typeof last === "string")
        reading.words = { ...reading.words, [point]: [first, last] };
    };
  }
  return (reading, row) => {
    const range = rangeOf(low.values[row] ?? Number.NaN, high.values[row] ?? Number.NaN);
    if (range !== null) (reading.numbers as Partial<Record<PointName, Range>>)[point] = range;
  };
}

/** What is no number sorts above all numbers. */
function rangeOf(low: number, high: number): Range | null {
  if (Number.isNaN(low)) return null;
  return { low, high: Number.isNaN(high) ? Number.POSITIVE_INFINITY : high };
}

function fillStates(points: readonly PointName[], bits: Float64Array): Fill {
  return (reading, row) => {
    const packed = bits[row] ?? 0;
    const states = reading.states as Partial<Record<PointName, number>>;
    for (let at = 0; at < points.length; at++) {
      const point = points[at];
      if (point !== undefined) states[point] = (packed >> (2 * at)) & 3;
    }
  };
}

/** The faults or points whose bits are set. */
function membersOf(column: ZoneColumn, bits: number): readonly string[] {
  if (column.kind !== "faults" && column.kind !== "whole") return [];
  const all: readonly string[] = column.kind === "faults" ? column.faults : column.points;
  return all.filter((_, at) => ((bits >> at) & 1) === 1);
}
