import type { Db } from "pg-boss";

type Row = Record<string, unknown>;

/** The part of the database that the scheduler needs. */
export interface SchedulerDatabase {
  readonly engine: { readonly kind: "pglite" | "postgres" };
  whenReady(): Promise<void>;
  query(text: string, values?: readonly unknown[], options?: { readonly lane?: "jobs" }): Promise<Row[]>;
  /** Several statements at once, with `begin` and `commit` among them. */
  script(text: string, options?: { readonly lane?: "jobs" }): Promise<Row[]>;
}

/**
 * The database as pg-boss wants it. What comes without parameters may be several statements: they go to the server in one
 * piece, and whatever transaction they leave open is ended there. pg-boss's own adapter for PGlite sends a `ROLLBACK` of
 * its own after every error instead, which on the one session of PGlite would undo what others are doing.
 */
export function bossDatabase(database: SchedulerDatabase): Db {
  return {
    async executeSql(text, values) {
      const hasValues = values !== undefined && values.length > 0;
      const rows = hasValues
        ? await database.query(text, values, { lane: "jobs" })
        : await database.script(text, { lane: "jobs" });
      return { rows };
    },
  };
}
