import { AppError } from "../../../domain/errors.ts";
import { toSqlError } from "../sql-errors.ts";

const CANCELLED = "57014";

/**
 * What a failed read of history means for whoever asked: `storage.timeout` when the question was too large for its time
 * limit, else `storage.unavailable`.
 */
export function readFailure(cause: unknown): AppError {
  const { sqlState, code } = toSqlError(cause);
  if (sqlState === CANCELLED || code === "timeout") {
    const advice = "ask for a shorter range, fewer points or sites, or a coarser step";
    return new AppError("storage.timeout", `the query took too long and was ended: ${advice}`, {
      cause,
      retryable: true,
    });
  }
  return new AppError("storage.unavailable", "the database cannot be read", { cause, retryable: true });
}
