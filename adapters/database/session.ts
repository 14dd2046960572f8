import type pg from "pg";
import type { Row, Statement } from "./database.ts";
import { SqlError, toSqlError } from "./sql-errors.ts";

/** A client of `pg`, on a server or on PGlite. */
export type Session = Pick<pg.ClientBase, "query" | "getTransactionStatus">;

/** `extended` takes exactly one statement: what is pasted behind a semicolon is refused, on every engine alike. */
type ExtendedQuery = pg.QueryConfig & { queryMode: "extended" };

/**
 * Runs one statement outside any transaction.
 *
 * @throws {SqlError} also when the statement opened a transaction: it is rolled back, since the session is shared
 */
export async function runStatement(session: Session, statement: Statement): Promise<Row[]> {
  const rows = await run(session, statement);
  if (session.getTransactionStatus() === "I") return rows;
  await ask(session, "rollback");
  throw controlRefused();
}

/**
 * Runs statements in one transaction. A statement that ends it from inside makes the whole call fail.
 *
 * @throws {SqlError} of the first statement that failed; nothing was stored
 */
export async function runTransaction(session: Session, statements: readonly Statement[]): Promise<Row[][]> {
  await ask(session, "begin");
  try {
    const results: Row[][] = [];
    for (const statement of statements) {
      results.push(await run(session, statement));
      if (session.getTransactionStatus() !== "T") throw controlRefused();
    }
    await ask(session, "commit");
    return results;
  } catch (error) {
    await ask(session, "rollback").catch(() => undefined);
    throw toSqlError(error);
  }
}

/**
 * Runs a text of several statements, with whatever transactions it begins. The session is clean afterwards.
 *
 * @throws {SqlError} of the first statement that failed
 */
export async function runScript(session: Session, text: string): Promise<Row[]> {
  try {
    const answer = await ask(session, text);
    const results = Array.isArray(answer) ? answer : [answer];
    if (session.getTransactionStatus() !== "I") await ask(session, "rollback");
    return results.flatMap(({ rows }) => rows ?? []);
  } catch (error) {
    await ask(session, "rollback").catch(() => undefined);
    throw toSqlError(error);
  }
}

/**
 * The driver's answer, by a callback. Where the driver makes the promise it writes `query.callback = () => …`, and V8 puts a
 * function that is written into a property beside what stays for long: all that the statement holds, its values and its
 * rows, would be kept with it until everything that is alive is looked through.
 *
 * @returns of a text of several statements one result each
 */
export function ask(
  session: Session,
  query: string | pg.QueryConfig,
): Promise<pg.QueryResult<Row> | pg.QueryResult<Row>[]> {
  return new Promise((resolve, reject) => {
    const answered = (error: Error | null, result: pg.QueryResult<Row>) => (error ? reject(error) : resolve(result));
    session.query(typeof query === "string" ? { text: query } : query, answered);
  });
}

async function run(session: Session, { text, values = [], name }: Statement): Promise<Row[]> {
  const query: ExtendedQuery = { text, values: [...values], queryMode: "extended" };
  if (name !== undefined) query.name = name;
  try {
    const { rows } = (await ask(session, query)) as pg.QueryResult<Row>;
    return rows;
  } catch (error) {
    throw toSqlError(error);
  }
}

function controlRefused(): SqlError {
  return new SqlError("begin, commit and rollback are not allowed here: use transaction()", "0A000", "0A000");
}
