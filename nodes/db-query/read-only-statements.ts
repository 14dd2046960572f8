import { createHash } from "node:crypto";
import type { Statement } from "../../adapters/database/database.ts";

/**
 * One query that can only read: PostgreSQL itself refuses every change inside the transaction. As a sub-query it is one
 * statement by grammar, and its name makes it a prepared one, which the protocol allows no second statement in.
 *
 * @returns the statements of one transaction; the last one gives at most `rowLimit + 1` rows, so that a cut shows
 */
export function readOnlyStatements(sql: string, parameters: readonly unknown[], rowLimit: number): Statement[] {
  const query = sql.trim().replace(/;\s*$/, "");
  // The line break ends a comment that the query may end with.
  const text = `select * from (${query}\n) as query limit ${rowLimit + 1}`;
  const name = `db_query_${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
  return [{ text: "set transaction read only" }, { text, values: parameters, name }];
}
