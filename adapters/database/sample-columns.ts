import type { PointName } from "../../domain/points/catalogue.ts";
import type { PointValue, Snapshot } from "../../domain/telemetry/snapshot.ts";
import { type FixedType, fixedArray, textArray } from "./array-parameters.ts";
import { hasColumn, POINT_COLUMNS, type PointColumn } from "./point-columns.ts";
import { SqlError } from "./sql-errors.ts";

/** A snapshot with its numbers inside the database. */
export type Sample = { readonly siteNumber: number; readonly profileNumber: number; readonly snapshot: Snapshot };

/**
 * One column of an insert: its name, the type of the array that carries its values, and the SQL expression that makes the
 * stored value of an element. `encode` gives the array; null when there is no value in the whole column.
 */
export type SampleColumn = {
  readonly name: string;
  readonly type: FixedType | "text";
  stored(element: string): string;
  encode(batch: Batch): Buffer | null;
};
/** `quality`: marks by row, with those that storing adds. */
type Batch = { readonly samples: readonly Sample[]; readonly quality: readonly Record<string, string>[] };

/** Stored in a column of its own under another name. */
const REDUNDANT = "poll_latency_ms";
const MAX_SMALLINT = 32_767;
/**
 * Nothing is measured this finely in the units of the catalogue, but registers that were never written hold such numbers,
 * and averages of them over hours and days fall below the smallest `real` (1e-45), which ends a roll-up with an error.
 */
const SMALLEST = 1e-9;
const [TRUE, FALSE, UNKNOWN] = ["t", "f", "?"].map((letter) => letter.charCodeAt(0)) as [number, number, number];
/** One column at a time is gathered here: memory outside the heap for each would cost more than to gather it. */
let workspace = new Float64Array(1024);
const asItIs = (element: string): string => element;
const asJson = (element: string): string => `${element}::jsonb`;

const KEY: readonly SampleColumn[] = [
  keyColumn("site_id", "int", ({ siteNumber }) => siteNumber),
  keyColumn("slot", "timestamptz", ({ snapshot }) => timeOf(snapshot.slot)),
  keyColumn("collected_at", "timestamptz", ({ snapshot }) => timeOf(snapshot.collectedAt)),
  keyColumn("profile", "smallint", ({ profileNumber }) => profileNumber),
  keyColumn("latency_ms", "real", ({ snapshot }) => snapshot.latencyMs),
  keyColumn("attempts", "smallint", ({ snapshot }) => Math.min(snapshot.attempts, MAX_SMALLINT)),
];

/** `quality` comes behind the points, which may add to it. */
export const SAMPLE_COLUMNS: readonly SampleColumn[] = [
  ...KEY,
  ...POINT_COLUMNS.map(pointColumn),
  textColumn("quality", asJson, (_, marks) => jsonOrNull(marks)),
  textColumn("faults", asJson, ({ snapshot }) => (snapshot.faults.length > 0 ? JSON.stringify(snapshot.faults) : null)),
  textColumn("extra", asJson, ({ snapshot }) => jsonOrNull(extraOf(snapshot.values))),
];

/**
 * The arrays of a batch, in the order of `SAMPLE_COLUMNS`.
 *
 * @throws {SqlError} of the class of data, as the server would, when a value does not fit into its column
 */
export function encodeSamples(samples: readonly Sample[]): (Buffer | null)[] {
  const batch: Batch = { samples, quality: samples.map(({ snapshot }) => ({ ...snapshot.quality })) };
  return SAMPLE_COLUMNS.map((column) => column.encode(batch));
}

function keyColumn(name: string, type: FixedType, valueFrom: (sample: Sample) => number): SampleColumn {
  return { name, type, stored: asItIs, encode: ({ samples }) => fixedArray(type, samples.map(valueFrom)) };
}

function textColumn(
  name: string,
  stored: SampleColumn["stored"],
  wordOf: (sample: Sample, marks: Record<string, string>) => string | null,
): SampleColumn {
  return {
    name,
    type: "text",
    stored,
    encode({ samples, quality }) {
      const texts = samples.map((sample, row) => wordOf(sample, quality[row] ?? {}));
      return texts.every((text) => text === null) ? null : textArray(texts);
    },
  };
}

/**
 * A missing value travels as a sign, not as a null: PostgreSQL finds the n-th element of an array at once only where all
 * are of one length.
 */
function pointColumn({ point, type }: PointColumn): SampleColumn {
  if (type === "text") {
    return textColumn(point, asItIs, ({ snapshot }) => {
      const value = snapshot.values[point] ?? null;
      return value === null ? null : String(value);
    });
  }
  if (type === "boolean") {
    return {
      name: point,
      type: '"char"',
      stored: (element) => `nullif(${element}, '?') = 't'`,
      encode: (batch) => encodeStates(point, batch),
    };
  }
  return {
    name: point,
    type,
    stored: (element) => `nullif(${element}, 'NaN')`,
    encode: (batch) => encodeNumbers(point, type, batch),
  };
}

function encodeNumbers(point: PointName, type: "real" | "double precision", { samples, quality }: Batch) {
  const numbers = workspaceFor(samples);
  let isEmpty = true;
  let row = 0;
  // Here and below: `entries` costs more than what is done with each.
  for (const { snapshot } of samples) {
    const value = snapshot.values[point] ?? null;
    const number = value === null ? Number.NaN : numberOf(value, point, type);
    numbers[row] = number;
    if (!Number.isNaN(number)) isEmpty = false;
    else if (value !== null) mark(quality[row], point);
    row += 1;
  }
  return isEmpty ? null : fixedArray(type, numbers);
}

/** @returns one place per sample, each with what the last column left there */
function workspaceFor({ length }: readonly Sample[]): Float64Array {
  if (length > workspace.length) workspace = new Float64Array(2 * length);
  return workspace.subarray(0, length);
}

/** NaN for what is no quantity: with such a value stored, every average would be NaN too. */
function numberOf(value: PointValue, point: PointName, type: "real" | "double precision"): number {
  if (typeof value !== "number") throw misfit(point, "no number", "22P02");
  if (!Number.isFinite(value)) return Number.NaN;
  if (type === "real" && !Number.isFinite(Math.fround(value))) throw misfit(point, "too large", "22003");
  return withoutDust(value);
}

/** @returns zero for what is too small to be a measurement */
function withoutDust(value: number): number {
  return Math.abs(value) < SMALLEST ? 0 : value;
}

function mark(marks: Record<string, string> | undefined, point: PointName): void {
  if (marks) marks[point] ??= "bad_type";
}

function encodeStates(point: PointName, { samples }: Batch): Buffer | null {
  const states = workspaceFor(samples);
  let isEmpty = true;
  let row = 0;
  for (const { snapshot } of samples) {
    const value = snapshot.values[point] ?? null;
    if (value !== null && typeof value !== "boolean") throw misfit(point, "neither true nor false", "22P02");
    states[row] = value === null ? UNKNOWN : value ? TRUE : FALSE;
    if (value !== null) isEmpty = false;
    row += 1;
  }
  return isEmpty ? null : fixedArray('"char"', states);
}

function timeOf(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new SqlError(`"${text}" is no time`, "22007", "22007");
  return ms;
}

/** What the server would say of the same value in a text; so the row is found and set apart in the same way. */
function misfit(point: PointName, what: string, sqlState: string): SqlError {
  return new SqlError(`the value of ${point} is ${what}`, sqlState, sqlState);
}

/** Points without a column. A missing one is only named by its mark in `quality`. */
function extraOf(values: Snapshot["values"]): Record<string, unknown> {
  const extra: Record<string, unknown> = {};
  for (const point in values) {
    if (hasColumn(point) || point === REDUNDANT) continue;
    const value = values[point as PointName] ?? null;
    if (value !== null) extra[point] = typeof value === "number" ? withoutDust(value) : value;
  }
  return extra;
}

function jsonOrNull(object: Record<string, unknown>): string | null {
  for (const _ in object) return JSON.stringify(object);
  return null;
}
