import { POINTS, type PointName } from "../../../domain/points/catalogue.ts";
import { columnOf, PROMOTED } from "../point-columns.ts";

/**
 * Where a point lies in `rollup_5m`, `rollup_1h` and `rollup_1d` (alike in all):
 *
 * - `gauge`: mean, smallest and largest value
 * - `state`: the share of the time that it was on, 0 to 1
 * - `counter`: first and last reading of the bucket; the difference is what was counted, a step down is a reset
 * - `extra`: `extra->'<point>'` = `[avg, min, max, readings]`, for points without a column in `sample`
 * - `none`: words and texts are not rolled up
 */
export type RollupColumns =
  | { readonly kind: "gauge"; readonly avg: string; readonly min: string; readonly max: string }
  | { readonly kind: "state"; readonly avg: string }
  | { readonly kind: "counter"; readonly first: string; readonly last: string }
  | { readonly kind: "extra" }
  | { readonly kind: "none" };

/** The names of a point's columns in every roll-up table: the only place that knows them. */
export function rollupColumns(point: PointName): RollupColumns {
  const { type, kind } = POINTS[point];
  if (type === "enum" || type === "text") return { kind: "none" };
  if (columnOf(point) === null) return { kind: "extra" };
  if (type === "bool") return { kind: "state", avg: `${point}_avg` };
  if (kind === "counter") return { kind: "counter", first: `${point}_first`, last: `${point}_last` };
  return { kind: "gauge", avg: `${point}_avg`, min: `${point}_min`, max: `${point}_max` };
}

/** SQL expressions of type double precision or real. */
export type RollupExpressions = { readonly avg: string; readonly min: string; readonly max: string };

/**
 * What a chart reads of a point from any roll-up table. A counter gives its last reading as `avg`, a state its share of
 * time as all three; words and texts give nulls. Points that were promoted are found in `extra` in old rows.
 */
export function rollupExpressions(point: PointName, promoted: ReadonlySet<PointName> = PROMOTED): RollupExpressions {
  const columns = rollupColumns(point);
  const read = (column: string, index: number) => readColumn(point, column, index, promoted);
  switch (columns.kind) {
    case "none":
      return { avg: NOTHING, min: NOTHING, max: NOTHING };
    case "extra":
      return { avg: fromExtra(point, AVG), min: fromExtra(point, MIN), max: fromExtra(point, MAX) };
    case "state":
      return { avg: read(columns.avg, AVG), min: read(columns.avg, AVG), max: read(columns.avg, AVG) };
    case "gauge":
      return { avg: read(columns.avg, AVG), min: read(columns.min, MIN), max: read(columns.max, MAX) };
    case "counter": {
      const { first, last } = firstAndLast(point, columns, promoted);
      return { avg: last, min: `least(${first}, ${last})`, max: `greatest(${first}, ${last})` };
    }
  }
}

/** The expressions for a counter's first and last reading in a bucket. */
export function firstAndLast(
  point: PointName,
  columns: { readonly first: string; readonly last: string },
  promoted: ReadonlySet<PointName> = PROMOTED,
): { readonly first: string; readonly last: string } {
  return {
    first: readColumn(point, columns.first, MIN, promoted),
    last: readColumn(point, columns.last, MAX, promoted),
  };
}

/** Places in `extra->'<point>'`. */
const AVG = 0;
const MIN = 1;
const MAX = 2;
const NOTHING = "null::double precision";

function readColumn(point: PointName, column: string, index: number, promoted: ReadonlySet<PointName>): string {
  return promoted.has(point) ? `coalesce("${column}", ${fromExtra(point, index)})` : `"${column}"`;
}

function fromExtra(point: PointName, index: number): string {
  return `(extra->'${point}'->>${index})::real`;
}
