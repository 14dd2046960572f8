import type { Database } from "./database.ts";
import type { DayTable } from "./partitions.ts";

/** A partition or chunk of a table, by its name as SQL writes it, and the time that it holds: `to` is not in it. ISO times. */
export type Period = { readonly name: string; readonly from: string; readonly to: string };

/** The periods of a table that end by `before` (ISO), oldest first. @throws {SqlError} */
export async function periodsBefore(database: Database, table: DayTable, before: string): Promise<Period[]> {
  const rows = await database.query<{ name: string; from_time: Date; to_time: Date }>(
    database.engine.ownPartitions ? OWN_PERIODS : CHUNKS,
    [table, before],
  );
  return rows.map(({ name, from_time, to_time }) => ({
    name,
    from: from_time.toISOString(),
    to: to_time.toISOString(),
  }));
}

const CHUNKS = `
  select format('%I.%I', chunk_schema, chunk_name) as name, range_start as from_time, range_end as to_time
  from timescaledb_information.chunks
  where hypertable_name = $1 and hypertable_schema = current_schema() and range_end <= $2::timestamptz
  order by range_start`;

// Only what ensure_day_partitions has made: a partition that a person attached is that person's. Not `oid::regclass`: of a
// table that somebody drops at the same moment it gives a number.
const OWN_PERIODS = `
  select name, from_time, from_time + interval '1 day' as to_time from (
    select quote_ident(c.relname) as name, to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp at time zone 'UTC' as from_time
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = to_regclass($1) and c.relname ~ ('^' || $1 || '_[0-9]{8}$')) as day
  where from_time + interval '1 day' <= $2::timestamptz
  order by from_time`;
