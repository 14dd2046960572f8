import { createHash } from "node:crypto";
import type { Database } from "./database.ts";
import { encodeSamples, SAMPLE_COLUMNS, type Sample, type SampleColumn } from "./sample-columns.ts";

const NAMES = namesOf(SAMPLE_COLUMNS);
const parameterOf = (column: SampleColumn) => `$${SAMPLE_COLUMNS.indexOf(column) + 1}::${column.type}[]`;
/**
 * Each array in `unnest` costs a scan of its own. Values of one length are picked by their place instead, which takes half
 * of the time; the first array says how many rows there are, and texts can only be walked through.
 */
const SCANNED = SAMPLE_COLUMNS.filter(({ type }, index) => index === 0 || type === "text");
const STORED = SAMPLE_COLUMNS.map((column) =>
  column.stored(SCANNED.includes(column) ? `"${column.name}"` : `(${parameterOf(column)})[place]`),
);
const INSERT = `
  with written as (
    insert into sample (${NAMES})
    select ${STORED.join(", ")}
    from unnest(${SCANNED.map(parameterOf).join(", ")}) with ordinality as input (${namesOf(SCANNED)}, place)
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
  const [result] = await database.query(INSERT, encodeSamples(samples), { name: INSERT_NAME, lane: "ingest" });
  return Number(result?.["written"]);
}

function namesOf(columns: readonly SampleColumn[]): string {
  return columns.map(({ name }) => `"${name}"`).join(", ");
}
