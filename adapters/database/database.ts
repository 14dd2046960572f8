/** What kind of server answers, found once per pool. `ownPartitions`: `sample` is partitioned by us, not by TimescaleDB. */
export type Engine = {
  readonly kind: "pglite" | "postgres";
  /** `server_version_num`, such as 170006. */
  readonly serverVersion: number;
  readonly timescale: "none" | "apache" | "full";
  readonly timescaleVersion: string | null;
  readonly ownPartitions: boolean;
};

export type Row = Record<string, unknown>;
export type Statement = { readonly text: string; readonly values?: readonly unknown[]; readonly name?: string };
export type QueryOptions = {
  /** Name of the prepared statement; the same name must always go with the same text. */
  readonly name?: string;
  /** Hard limit; the query fails with SQLSTATE 57014 after it. Default 2.4 s, `ingest` 10 s, `lease` 2 s, `jobs` 30 s; PGlite 30 s at most. */
  readonly timeoutMs?: number;
  /** `ingest`, `lease` and `jobs` have connections of their own: they go on while requests wait. Default `request`. */
  readonly lane?: Lane;
};
export type Lane = "request" | "ingest" | "lease" | "jobs";

/**
 * The small interface that `pg` and PGlite both meet. Outside `adapters/database` nothing imports either. Every failed
 * call rejects with a `SqlError`; nothing waits longer than its time limit, also when the server is gone.
 */
export interface Database {
  /** Known once `whenReady` has resolved; before that a plain PostgreSQL without partitions is named. */
  readonly engine: Engine;
  /**
   * Resolves when the server was reached and the schema is in place. Until then every query fails as transient, so that
   * collection can start, and journal, while the database is down.
   */
  whenReady(): Promise<void>;
  /** Rows as objects; `int8` and `numeric` arrive as text, `timestamptz` as Date, `jsonb` parsed. */
  query<T extends Row = Row>(text: string, values?: readonly unknown[], options?: QueryOptions): Promise<T[]>;
  /** Runs all statements in one transaction, in order; when one fails, none counts. Limits as for one query. */
  transaction(statements: readonly Statement[], options?: Omit<QueryOptions, "name">): Promise<Row[][]>;
  /**
   * Runs a text of several statements that may hold `begin` and `commit`, as the job queue makes them. A transaction that
   * it leaves open is rolled back. Never for text with anything in it that came from outside.
   *
   * @returns the rows of all its statements
   */
  script(text: string, options?: Omit<QueryOptions, "name">): Promise<Row[]>;
  /** @returns true when a trivial query answers within 1 s */
  isReachable(): Promise<boolean>;
  close(): Promise<void>;
}
