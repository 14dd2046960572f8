import type { SiteReading } from "../../domain/alarms/alarm-engine.ts";
import { isPointName } from "../../domain/points/catalogue.ts";
import { isDoubtful, type QualityMark } from "../../domain/telemetry/quality.ts";
import type { PointValue } from "../../domain/telemetry/snapshot.ts";
import { numbersIn, type PackedColumn, unpackColumn } from "./packed-columns.ts";
import type { HistoryChunk, HistoryColumn, HistoryPlan } from "./read-history-slots.ts";
import { remembered } from "./remembered.ts";

/** The sites that answered in a slot, ordered by id. The readings are valid until the next slot is asked for. */
export type HistorySlot = { readonly slotMs: number; readonly readings: readonly SiteReading[] };

/** What the marks of a row say, by the places of the points. */
type Marks = {
  readonly isMarked: readonly boolean[];
  readonly isDoubtful: readonly boolean[];
  readonly unknownFaults: readonly string[];
};

/** One site's reading, written over slot by slot: making objects for millions of snapshots takes longer than judging them. */
type SiteBuffer = {
  readonly siteId: string;
  readAtMs: number;
  readonly reading: {
    readonly values: Record<string, PointValue | undefined>;
    faults: readonly string[];
    unknownFaults: readonly string[];
  };
  readonly last: (number | string | null | undefined)[];
  marks: Marks;
};

/** The rows of one site that were not read yet. */
type Cursor = { at: number; readonly end: number };

type UnpackedChunk = {
  readonly slots: Float64Array;
  readonly rows: readonly PackedColumn["values"][];
  readonly quality: readonly (string | null)[];
  readonly faults: readonly (string | null)[];
};

const NONE: readonly string[] = [];
const FAULT_MARK = "fault.";
const NO_MARKS: Marks = { isMarked: [], isDoubtful: [], unknownFaults: NONE };

/**
 * Unpacks chunks of history into slots, oldest first. A round in which nobody answered is a slot without readings; other
 * rounds than those of the chunk may be handed in, in order.
 */
export function createSlotReader({
  sites,
  points,
  columns,
}: HistoryPlan): (chunk: HistoryChunk, moments?: readonly number[]) => Generator<HistorySlot> {
  // Made from one text, so that all have one hidden class.
  const template = JSON.stringify(Object.fromEntries(points.map((point) => [point, null])));
  const buffers = sites.map(
    ({ id }): SiteBuffer => ({
      siteId: id,
      readAtMs: 0,
      reading: { values: JSON.parse(template), faults: NONE, unknownFaults: NONE },
      last: columns.map(() => undefined),
      marks: NO_MARKS,
    }),
  );
  const placeOf = new Map<string, number>(points.map((point, place) => [point, place]));
  const marksOf = remembered((text: string): Marks => readMarks(text, placeOf));
  const faultsOf = remembered((text: string): readonly string[] => JSON.parse(text) as string[]);

  function fill(
    buffer: SiteBuffer,
    row: number,
    rows: readonly PackedColumn["values"][],
    quality: string | null,
  ): void {
    const marks = quality === null ? NO_MARKS : marksOf(quality);
    const isOther = marks !== buffer.marks;
    buffer.marks = marks;
    const { reading, last } = buffer;
    for (let index = 0; index < columns.length; index++) {
      const raw = rows[index]?.[row];
      const column = columns[index];
      if (column === undefined || (!isOther && Object.is(raw, last[index]))) continue;
      last[index] = raw;
      write(reading.values, column, raw, marks);
    }
  }

  function write(
    values: Record<string, PointValue | undefined>,
    column: HistoryColumn,
    raw: PointValue | undefined,
    marks: Marks,
  ): void {
    if (column.kind === "states") writeStates(values, column.places, points, Number(raw ?? 0), marks);
    else values[points[column.place] ?? ""] = storedValue(raw, marks, column.place);
  }

  function take(buffer: SiteBuffer, slotMs: number, faults: string | null): SiteReading {
    const { unknownFaults } = buffer.marks;
    const named = faults === null ? NONE : faultsOf(faults);
    buffer.readAtMs = slotMs;
    buffer.reading.faults = unknownFaults.length === 0 ? named : named.filter((one) => !unknownFaults.includes(one));
    buffer.reading.unknownFaults = unknownFaults;
    return buffer as SiteReading;
  }

  function readingsAt(slotMs: number, cursors: readonly Cursor[], chunk: UnpackedChunk): readonly SiteReading[] {
    const { slots, rows, quality, faults } = chunk;
    const readings: SiteReading[] = [];
    for (let index = 0; index < cursors.length; index++) {
      const cursor = cursors[index];
      const buffer = buffers[index];
      if (cursor === undefined || buffer === undefined) continue;
      if (cursor.at >= cursor.end || slots[cursor.at] !== slotMs) continue;
      fill(buffer, cursor.at, rows, quality[cursor.at] ?? null);
      readings.push(take(buffer, slotMs, faults[cursor.at] ?? null));
      cursor.at++;
    }
    return readings;
  }

  return function* slotsOf(chunk, moments) {
    const unpacked: UnpackedChunk = {
      slots: numbersIn(chunk.columns["slot"]),
      rows: columns.map(({ name }) => unpackColumn(chunk.columns[name] ?? null).values),
      quality: wordsIn(chunk.columns["quality"]),
      faults: wordsIn(chunk.columns["faults"]),
    };
    const cursors = cursorsOf(sites, numbersIn(chunk.columns["site"]));
    const rounds = moments ?? numbersIn(chunk.rounds).sort();
    for (let round = 0; ; ) {
      const slotMs = nextMoment(cursors, unpacked.slots, rounds[round]);
      if (slotMs === Number.POSITIVE_INFINITY) return;
      if (rounds[round] === slotMs) round++;
      yield { slotMs, readings: readingsAt(slotMs, cursors, unpacked) };
    }
  };
}

/** The earliest time of the next rows and of the next round; infinite at the end. */
function nextMoment(cursors: readonly Cursor[], slots: Float64Array, roundMs = Number.POSITIVE_INFINITY): number {
  let nextMs = roundMs;
  for (const { at, end } of cursors) {
    const ownMs = at < end ? (slots[at] ?? nextMs) : nextMs;
    if (ownMs < nextMs) nextMs = ownMs;
  }
  return nextMs;
}

/** Where the rows of each site lie: they are together, in order of time. */
function cursorsOf(sites: HistoryPlan["sites"], siteNumbers: Float64Array): Cursor[] {
  const cursors = sites.map((): Cursor => ({ at: 0, end: 0 }));
  const indexOf = new Map(sites.map(({ number }, index) => [number, index]));
  let begin = 0;
  for (let row = 1; row <= siteNumbers.length; row++) {
    if (row < siteNumbers.length && siteNumbers[row] === siteNumbers[begin]) continue;
    const index = indexOf.get(siteNumbers[begin] ?? Number.NaN);
    if (index !== undefined) cursors[index] = { at: begin, end: row };
    begin = row;
  }
  return cursors;
}

function writeStates(
  values: Record<string, PointValue | undefined>,
  places: readonly number[],
  points: HistoryPlan["points"],
  packed: number,
  marks: Marks,
): void {
  for (let at = 0; at < places.length; at++) {
    const bits = (packed >> (2 * at)) & 3;
    const place = places[at] ?? 0;
    values[points[place] ?? ""] = storedValue(bits === 0 ? null : bits === 2, marks, place);
  }
}

/** As a stored snapshot says it: nothing without a mark is a point that the profile does not have; doubtful is unknown. */
function storedValue(
  raw: PointValue | undefined,
  { isMarked, isDoubtful }: Marks,
  place: number,
): PointValue | undefined {
  if (raw === null || raw === undefined || Number.isNaN(raw)) return isMarked[place] === true ? null : undefined;
  return isDoubtful[place] === true ? null : raw;
}

function readMarks(text: string, placeOf: ReadonlyMap<string, number>): Marks {
  const isMarked: boolean[] = [];
  const doubtful: boolean[] = [];
  const unknownFaults: string[] = [];
  for (const [key, mark] of Object.entries(JSON.parse(text) as Record<string, QualityMark>)) {
    if (key.startsWith(FAULT_MARK)) {
      if (isDoubtful(mark)) unknownFaults.push(key.slice(FAULT_MARK.length));
      continue;
    }
    const place = isPointName(key) ? placeOf.get(key) : undefined;
    if (place === undefined) continue;
    isMarked[place] = true;
    if (isDoubtful(mark)) doubtful[place] = true;
  }
  return { isMarked, isDoubtful: doubtful, unknownFaults };
}

function wordsIn(bytes: Uint8Array | null | undefined): readonly (string | null)[] {
  const column = unpackColumn(bytes ?? null);
  return column.kind === "words" ? column.values : [];
}
