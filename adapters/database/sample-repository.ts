import { createHash } from "node:crypto";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import type { Database } from "./database.ts";
import { hasColumn, POINT_COLUMNS } from "./point-columns.ts";

/** A snapshot with its numbers inside the database. */
export type Sample = { readonly siteNumber: number; readonly profileNumber: number; readonly snapshot: Snapshot };

const KEY = [
  ["site_id", "int"],
  ["slot", "timestamptz"],
  ["collected_at", "timestamptz"],
  ["profile", "smallint"],
  ["latency_ms", "real"],
  ["attempts", "smallint"],
] as const;
const JSON_COLUMNS = ["quality", "faults", "extra"] as const;
/** Stored in a column of its own under another name. */
const REDUNDANT = "poll_latency_ms";
const MAX_SMALLINT = 32_767;

const TYPED: readonly (readonly [string, string])[] = [
  ...KEY,
  ...POINT_COLUMNS.map(({ point, type }) => [point, type] as const),
];
const NAMES = [...TYPED.map(([name]) => name), ...JSON_COLUMNS].map((name) => `"${name}"`).join(", ");
// JSON travels as text: pg and PGlite would write arrays of jsonb differently, and unnest flattens nested arrays.
const ARRAYS = [...TYPED.map(([, type]) => type), ...JSON_COLUMNS.map(() => "text")]
  .map((type, index) => `$${index + 1}::${type}[]`)
  .join(", ");
const SELECTED = [...TYPED.map(([name]) => `"${name}"`), ...JSON_COLUMNS.map((name) => `"${name}"::jsonb`)].join(", ");
const INSERT = `
  with written as (
    insert into sample (${NAMES})
    select ${SELECTED} from unnest(${ARRAYS}) as input (${NAMES})
    on conflict (site_id, slot) do nothing
    returning slot),
  due as (
    insert into rollup_due (level, bucket)
    select distinct '5m', date_bin('5 minutes', slot, timestamptz '2000-01-01 00:00+00') from written)
  select count(*)::int as written from written`;
// A name may never be used again with another text, and a migration changes the text.
const INSERT_NAME = `sample:${createHash("sha256").update(INSERT).digest("hex").slice(0, 16)}`;

/**
 * Stores snapshots in one statement, all of them or none, and notes which buckets of the roll-ups have to be computed for
 * the new ones. What is there already stays as it is.
 *
 * @param samples at most some thousands
 * @returns how many rows were new
 * @throws {SqlError}
 */
export async function saveSamples(database: Database, samples: readonly Sample[]): Promise<number> {
  const rows = samples.map(rowFrom);
  const columns = Array.from({ length: TYPED.length + JSON_COLUMNS.length }, (_, column) => arrayLiteral(rows, column));
  const [result] = await database.query(INSERT, columns, { name: INSERT_NAME, lane: "ingest" });
  return Number(result?.["written"]);
}

/** One column as PostgreSQL writes an array: the driver would quote and escape every number, a tenth of a round's CPU. */
function arrayLiteral(rows: readonly (readonly unknown[])[], column: number): string {
  let text = "{";
  for (const row of rows) text += `${text === "{" ? "" : ","}${elementOf(row[column])}`;
  return `${text}}`;
}

function elementOf(value: unknown): string {
  if (value === null) return "NULL";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return `"${String(value).replace(/["\\]/g, "\\$&")}"`;
}

function rowFrom({ siteNumber, profileNumber, snapshot }: Sample): unknown[] {
  const { slot, collectedAt, latencyMs, attempts, values, faults } = snapshot;
  const quality: Record<string, string> = { ...snapshot.quality };
  const points = POINT_COLUMNS.map(({ point }) => {
    const value = values[point] ?? null;
    if (typeof value !== "number" || Number.isFinite(value)) return value;
    // The database would take NaN, and every average with it would be NaN.
    quality[point] ??= "bad_type";
    return null;
  });
  const key = [siteNumber, slot, collectedAt, profileNumber, latencyMs, Math.min(attempts, MAX_SMALLINT)];
  return [
    ...key,
    ...points,
    jsonOrNull(quality),
    faults.length > 0 ? JSON.stringify(faults) : null,
    jsonOrNull(extraOf(values)),
  ];
}

/** Points without a column. A missing one is only named by its mark in `quality`. */
function extraOf(values: Snapshot["values"]): Record<string, unknown> {
  const known = Object.entries(values).filter(
    ([point, value]) => value !== null && !hasColumn(point) && point !== REDUNDANT,
  );
  return Object.fromEntries(known);
}

function jsonOrNull(object: Record<string, unknown>): string | null {
  return Object.keys(object).length > 0 ? JSON.stringify(object) : null;
}
