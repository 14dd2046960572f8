import { POINT_NAMES, POINTS, type PointName } from "../../domain/points/catalogue.ts";

type ColumnType = "real" | "double precision" | "boolean" | "text";
export type PointColumn = { readonly point: PointName; readonly type: ColumnType };

/** Stored as a field of the snapshot itself (`latency_ms`), or known only at the moment of reading. */
const NEVER_A_COLUMN: readonly PointName[] = ["poll_latency_ms", "last_seen_age_s"];

/** Points of the catalogue to which no migration has given a column yet: they live in `extra`. */
const NO_COLUMN_YET: readonly PointName[] = [];

/**
 * Points that got their column only after they had lived in `extra`: old rows are read from there. A name may leave the
 * list when the oldest row without the column has expired, in raw and in every roll-up.
 */
export const PROMOTED: ReadonlySet<PointName> = new Set<PointName>([]);

/**
 * Points with a column of their own in `sample`, by the name of the point. What people measure now and then, texts, and
 * points without a migration live in `extra`; what is known of a camera is no part of a snapshot. A test compares this with the table.
 */
export const POINT_COLUMNS: readonly PointColumn[] = POINT_NAMES.flatMap((point) => {
  const type = columnTypeOf(point);
  return type === null ? [] : [{ point, type }];
});

const COLUMN_POINTS: ReadonlySet<string> = new Set(POINT_COLUMNS.map(({ point }) => point));

export function hasColumn(point: string): boolean {
  return COLUMN_POINTS.has(point);
}

/** The column that holds a point; null = `extra`. */
export function columnOf(point: PointName): string | null {
  if (point === "poll_latency_ms") return "latency_ms";
  return hasColumn(point) ? point : null;
}

/**
 * An SQL expression for the number that a point had, for statements on `sample`. States count as 0 and 1; words and texts
 * have no number and give null. `extra` may hold anything, so its type is asked first: a bare cast would fail.
 */
export function numberExpression(point: PointName, promoted: ReadonlySet<PointName> = PROMOTED): string {
  const column = columnOf(point);
  if (column === null) return fromExtra(point);
  if (POINTS[point].type === "enum") return "null::double precision";
  const typed = POINTS[point].type === "bool" ? `"${column}"::int::real` : `"${column}"`;
  return promoted.has(point) ? `coalesce(${typed}, ${fromExtra(point)})` : typed;
}

/** Beyond 1e30 nothing was measured, and a `real` could not hold it. */
function fromExtra(point: PointName): string {
  const number = `(extra->>'${point}')::numeric`;
  return `case jsonb_typeof(extra->'${point}')
    when 'number' then case when abs(${number}) < 1e30 then (${number})::double precision end
    when 'boolean' then (extra->>'${point}')::boolean::int::double precision end`;
}

function columnTypeOf(point: PointName): ColumnType | null {
  const { type, kind, origin } = POINTS[point];
  if (
    origin === "manual" ||
    origin === "video" ||
    type === "text" ||
    NEVER_A_COLUMN.includes(point) ||
    NO_COLUMN_YET.includes(point)
  ) {
    return null;
  }
  if (type === "bool") return "boolean";
  if (type === "enum") return "text";
  return kind === "counter" ? "double precision" : "real";
}
