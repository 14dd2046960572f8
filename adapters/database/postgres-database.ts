import pg from "pg";
import type { BackendAccess } from "../../domain/backend-access.ts";
import { AppError } from "../../domain/errors.ts";
import type { Log } from "../../domain/log.ts";
import type { Database, Engine, Lane, QueryOptions, Row, Statement } from "./database.ts";
import { UNKNOWN_POSTGRES } from "./detect-engine.ts";
import { prepareSchema } from "./prepare-schema.ts";
import { ask, runScript, runStatement, runTransaction } from "./session.ts";
import { classifySqlError, SqlError, toSqlError } from "./sql-errors.ts";

type LaneLimits = {
  readonly connections: number;
  /** The server ends a statement after it, unless the call names its own limit. */
  readonly timeoutMs: number;
  /** For a free connection, or a new one. */
  readonly connectMs: number;
  /** Beyond the server's own limit: then the way to it is broken, and the connection is given up. */
  readonly silenceMs: number;
};
const LANES = {
  // Somebody looks at the page: wait and answer together stay below 3 s, also while the server hangs.
  request: { connections: 10, timeoutMs: 2_400, connectMs: 2_400, silenceMs: 400 },
  ingest: { connections: 4, timeoutMs: 10_000, connectMs: 5_000, silenceMs: 2_000 },
  // Fenced effects go this way too: one that waits must not delay the renewal.
  lease: { connections: 2, timeoutMs: 2_000, connectMs: 5_000, silenceMs: 2_000 },
  // The job queue looks day and night: among requests each look would change the session's limit, and the next change it back.
  jobs: { connections: 2, timeoutMs: 30_000, connectMs: 5_000, silenceMs: 2_000 },
} as const satisfies Record<Lane, LaneLimits>;
const FIRST_CONTACT_MS = 5_000;
const MAX_WAITING = 200;
const PROBE_MS = 1_000;
const RETRY_MS = 1_000;
/** A timer that is later than this says that the event loop was blocked. */
const DEAF_MS = 100;

/** A server: `url` has no `sslmode`, `access` says how it is entered. */
type Target = { readonly url: string; readonly access: BackendAccess };

/**
 * A PostgreSQL server behind `DATABASE_URL`.
 *
 * While it is away at the start, the database is handed out all the same and becomes ready later. So it is while its
 * certificate is not accepted: nothing is sent to it, and collection goes on.
 *
 * @throws {AppError} `storage.unavailable` when the server answers, but refuses: wrong password, no such database, a
 *   migration that fails
 */
export async function createPostgresDatabase(target: Target, log: Log): Promise<Database> {
  const pools = {
    request: createPool(target, "request", log),
    ingest: createPool(target, "ingest", log),
    lease: createPool(target, "lease", log),
    jobs: createPool(target, "jobs", log),
  };
  const currentTimeout = new WeakMap<pg.PoolClient, number>();
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => undefined);
  let engine: Engine = UNKNOWN_POSTGRES;
  let isReady = false;
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;

  async function prepare(): Promise<void> {
    const client = new pg.Client({
      ...connectionOptions(target, FIRST_CONTACT_MS),
      statement_timeout: 0,
      lock_timeout: 0,
    });
    client.on("error", (error) => log.warn({ code: toSqlError(error).code }, "a database connection was lost"));
    try {
      await client.connect();
      engine = await prepareSchema(client, "postgres", log);
      isReady = true;
      ready.resolve();
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async function makeFirstContact(): Promise<void> {
    try {
      await prepare();
    } catch (error) {
      if (classifySqlError(error) !== "transient") throw refused(error);
      const { code, message } = toSqlError(error);
      log.warn({ code, reason: message }, "the database cannot be reached; collection goes on into the journal");
      retryLater();
    }
  }

  /** Whatever the reason, a person may mend it while the platform runs. */
  function retryLater(): void {
    if (isClosed) return;
    retry = setTimeout(() => {
      prepare().catch((error) => {
        const { code, message } = toSqlError(error);
        if (classifySqlError(error) !== "transient")
          log.error({ code, reason: message }, "the database cannot be prepared");
        retryLater();
      });
    }, RETRY_MS);
  }

  async function withClient<T>(
    options: Omit<QueryOptions, "name">,
    work: (client: pg.PoolClient) => Promise<T>,
  ): Promise<T> {
    if (!isReady) throw new SqlError("the database was not reached yet", null, "not_ready");
    const lane = options.lane ?? "request";
    const pool = pools[lane];
    if (pool.waitingCount >= MAX_WAITING)
      throw new SqlError("too many requests wait for the database", null, "overloaded");
    const timeoutMs = options.timeoutMs ?? LANES[lane].timeoutMs;
    const deadlineMs = performance.now() + timeoutMs + LANES[lane].silenceMs;
    const client = await pool.connect().catch((error) => {
      throw toSqlError(error);
    });
    const silence = watchSilence(deadlineMs - performance.now());
    let failure: SqlError | undefined;
    try {
      if ((currentTimeout.get(client) ?? LANES[lane].timeoutMs) !== timeoutMs) {
        await Promise.race([
          ask(client, `set statement_timeout = ${Math.max(1, Math.round(timeoutMs))}`),
          silence.expired,
        ]);
        currentTimeout.set(client, timeoutMs);
      }
      return await Promise.race([work(client), silence.expired]);
    } catch (error) {
      failure = toSqlError(error);
      throw failure;
    } finally {
      silence.stop();
      client.release(isConnectionSpoilt(failure));
    }
  }

  async function query<T extends Row = Row>(text: string, values: readonly unknown[] = [], options: QueryOptions = {}) {
    const statement: Statement = options.name === undefined ? { text, values } : { text, values, name: options.name };
    return (await withClient(options, (client) => runStatement(client, statement))) as T[];
  }

  const database: Database = {
    get engine() {
      return engine;
    },
    whenReady: () => ready.promise,
    query,
    transaction: (statements, options = {}) => withClient(options, (client) => runTransaction(client, statements)),
    script: (text, options = {}) => withClient(options, (client) => runScript(client, text)),
    isReachable: () =>
      query("select 1", [], { timeoutMs: PROBE_MS }).then(
        () => true,
        () => false,
      ),
    async close() {
      isClosed = true;
      clearTimeout(retry);
      ready.reject(new SqlError("the database was closed", null, "closed"));
      await Promise.all(Object.values(pools).map((pool) => pool.end()));
    },
  };
  try {
    await makeFirstContact();
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

function connectionOptions(target: Target, connectMs: number): pg.ClientConfig {
  return {
    connectionString: addressOf(target),
    // The object itself, not a copy: its members read the files of now at each handshake.
    ssl: target.access.tls ?? false,
    application_name: "antbox-flow",
    keepAlive: true,
    connectionTimeoutMillis: connectMs,
    idle_in_transaction_session_timeout: 10_000,
    // Literals of dates, and the bounds of partitions, mean UTC.
    options: "-c timezone=UTC",
  };
}

/** With the password of now. The driver lets an address win over a password beside it, even one that has none. */
function addressOf({ url, access }: Target): string {
  if (access.password === null) return url;
  const address = new URL(url);
  address.password = encodeURIComponent(access.password());
  return address.href;
}

function createPool(target: Target, lane: Lane, log: Log): pg.Pool {
  const { connections, timeoutMs, connectMs } = LANES[lane];
  const pool = new pg.Pool({
    ...connectionOptions(target, connectMs),
    max: connections,
    statement_timeout: timeoutMs,
    idleTimeoutMillis: 60_000,
    allowExitOnIdle: true,
    Client: class extends pg.Client {
      constructor(config?: pg.ClientConfig) {
        super({ ...config, connectionString: addressOf(target) });
      }
    },
  });
  pool.on("error", (error) => log.warn({ code: toSqlError(error).code }, "an idle database connection was lost"));
  // A connection that is lost while it is lent out, between two statements, is nobody's error yet: without a listener it
  // would end the process. Whoever holds it sees it at the next statement.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

/**
 * Rejects after a silence that only a broken network explains: the server ends its statements itself. Time in which this
 * process did not listen is no silence: when the timer itself is late, the answer may be here already, unread.
 */
function watchSilence(ms: number): { readonly expired: Promise<never>; stop(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  let timer: NodeJS.Timeout;
  const listen = (forMs: number): void => {
    const startedMs = performance.now();
    timer = setTimeout(() => {
      const deafMs = performance.now() - startedMs - Math.max(0, forMs);
      if (deafMs > DEAF_MS) listen(deafMs);
      else reject(new SqlError("the database did not answer in time", null, "timeout"));
    }, forMs);
  };
  listen(ms);
  return { expired: promise, stop: () => clearTimeout(timer) };
}

/**
 * A connection survives a refused or timed-out statement; after a loss, or a silence, it is not to be trusted. Read-only
 * is what a former primary becomes: the next connection finds the new one.
 */
function isConnectionSpoilt(failure: SqlError | undefined): boolean {
  if (!failure) return false;
  return (
    failure.sqlState === null ||
    failure.sqlState.startsWith("08") ||
    failure.sqlState.startsWith("57P") ||
    failure.sqlState === "25006"
  );
}

function refused(error: unknown): AppError {
  const { code, message } = toSqlError(error);
  return new AppError("storage.unavailable", `the database refuses: ${message} (${code})`, { cause: error });
}
