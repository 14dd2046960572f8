import { POINT_NAMES, POINTS, type PointName } from "../../domain/points/catalogue.ts";

type ColumnType = "real" | "double precision" | "boolean" | "text";
export type PointColumn = { readonly point: PointName; readonly type: ColumnType };

/** Stored as a field of the snapshot itself (`latency_ms`), or known only at the moment of reading. */
const NEVER_A_COLUMN: readonly PointName[] = ["poll_latency_ms", "last_seen_age_s"];

/**
 * Points with a column of their own in `sample`, by the name of the point. What people measure now and then, and texts,
 * live in `extra`. A point that is new in the catalogue lives there too, until a migration gives it a column: then add it
 * to neither list, for a test compares this with the table.
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
export function numberExpression(point: PointName): string {
  const column = columnOf(point);
  if (column !== null) {
    if (POINTS[point].type === "enum") return "null::double precision";
    return POINTS[point].type === "bool" ? `"${column}"::int::real` : `"${column}"`;
  }
  return `case when jsonb_typeof(extra->'${point}') = 'number' then (extra->>'${point}')::double precision end`;
}

function columnTypeOf(point: PointName): ColumnType | null {
  const { type, kind, origin } = POINTS[point];
  if (origin === "manual" || type === "text" || NEVER_A_COLUMN.includes(point)) return null;
  if (type === "bool") return "boolean";
  if (type === "enum") return "text";
  return kind === "counter" ? "double precision" : "real";
}
