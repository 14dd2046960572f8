/**
 * What a failed statement means for whoever has to store something.
 *
 * - `transient`: the server or the way to it; the same statement will work later
 * - `schema`: a table, column or right is missing; a person has to act, nothing is wrong with the data
 * - `missing_partition`: no partition for the row's day
 * - `data`: the server refuses these values, and always will
 */
export type SqlErrorClass = "transient" | "schema" | "missing_partition" | "data";

const MISSING_PARTITION = "23514";
/** Connection, transaction rollback, resources, operator intervention. */
const TRANSIENT_CLASSES = ["08", "40", "53", "57", "58", "XX"];
/** Lock not available, read-only (a failover's former primary), terminated while idle in a transaction. */
const TRANSIENT_STATES = ["55P03", "25006", "25P02", "25P03", "25P04"];
const DATA_CLASSES = ["22", "23"];
/** PostgreSQL's program limits that a single row can hit, such as a text over 1 GB. */
const DATA_STATES = ["54000", "54001"];

/** A failed statement or a lost connection, the same for `pg` and PGlite. Its text holds no address and no password. */
export class SqlError extends Error {
  override readonly name = "SqlError";
  /** Five letters or digits of the server; null when no server answered. */
  readonly sqlState: string | null;
  /** The SQLSTATE, or a word of the network such as `ECONNREFUSED` or `timeout`. */
  readonly code: string;

  constructor(message: string, sqlState: string | null, code: string, cause?: unknown) {
    super(message, { cause });
    this.sqlState = sqlState;
    this.code = code;
  }
}

/** What OpenSSL and Node's TLS say of a certificate. */
const CERTIFICATE_CODE = /^(ERR_TLS_CERT|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_(CA|PURPOSE)|HOSTNAME_)/;

type Facts = { message?: unknown; code?: unknown; severity?: unknown };

/** Takes whatever `pg` threw. A node error code such as `EPIPE` looks like a SQLSTATE; only a server names a severity. */
export function toSqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error;
  const { message, code, severity } = (typeof error === "object" && error !== null ? error : {}) as Facts;
  const text = typeof message === "string" && message !== "" ? message : String(error);
  if (typeof severity === "string" && typeof code === "string") return new SqlError(text, code, code, error);
  if (typeof code === "string") return new SqlError(networkReason(code), null, code, error);
  if (text === "The server does not support SSL connections") {
    return new SqlError(
      "the database speaks no TLS; sslmode=disable in DATABASE_URL does without",
      null,
      "no_tls",
      error,
    );
  }
  if (/time-?out/i.test(text)) return new SqlError("the database did not answer in time", null, "timeout", error);
  return new SqlError(
    /terminat|connection|socket|pool/i.test(text) ? "the connection was lost" : text,
    null,
    "network",
    error,
  );
}

function networkReason(code: string): string {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return "the database's certificate does not name the host of DATABASE_URL";
  if (code === "CERT_HAS_EXPIRED") return "the database's certificate has ended";
  if (CERTIFICATE_CODE.test(code))
    return "nobody who is trusted vouches for the database's certificate (DATABASE_CA_FILE)";
  return "the database cannot be reached";
}

/** What to do about a failed statement; anything that is not from a server counts as transient. */
export function classifySqlError(error: unknown): SqlErrorClass {
  const { sqlState } = toSqlError(error);
  if (sqlState === null || TRANSIENT_STATES.includes(sqlState)) return "transient";
  if (sqlState === MISSING_PARTITION) return "missing_partition";
  if (DATA_STATES.includes(sqlState)) return "data";
  const area = sqlState.slice(0, 2);
  if (TRANSIENT_CLASSES.includes(area)) return "transient";
  return DATA_CLASSES.includes(area) ? "data" : "schema";
}
