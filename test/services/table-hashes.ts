import type { Database } from "../../adapters/database/database.ts";

type Query = Pick<Database, "query">;
/** Number of rows and a hash over all of them, whatever their order. */
export type TableHash = { readonly rows: number; readonly hash: string };

const TABLES = `
  select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ('public', 'pgboss', 'audit') order by 1`;

/** Every table of ours, with all that stands in it: two databases with the same hashes hold the same rows. */
export async function hashTables(database: Query): Promise<Record<string, TableHash>> {
  const hashes: Record<string, TableHash> = {};
  for (const { name } of await database.query<{ name: string }>(TABLES)) {
    const [row] = await database.query<{ rows: number; hash: string }>(
      `select count(*)::int as rows, coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text) collate "C")), '') as hash
       from ${name} t`,
      [],
      { timeoutMs: 30_000 },
    );
    if (row) hashes[name] = row;
  }
  return hashes;
}
