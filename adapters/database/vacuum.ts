import type { Database } from "./database.ts";

/** Of each, PGlite allows so much: what is still larger keeps its old statistics for a night. */
const TIMEOUT_MS = 30_000;
const TABLES = `
  select format('%I.%I', schemaname, relname) as name from pg_stat_user_tables order by n_dead_tup desc, relid`;

/** Names of all tables and partitions, quoted, those with most dead rows first. */
export async function listTables(database: Database): Promise<string[]> {
  const rows = await database.query(TABLES, [], { timeoutMs: TIMEOUT_MS });
  return rows.map((row) => String(row["name"]));
}

/** @param table as `listTables` gives it @throws {SqlError} 57014 when it takes longer than 30 s */
export async function vacuumTable(database: Database, table: string): Promise<void> {
  await database.query(`vacuum (analyze) ${table}`, [], { timeoutMs: TIMEOUT_MS });
}
