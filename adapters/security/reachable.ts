import { AppError } from "../../domain/errors.ts";

/**
 * Runs what needs the database.
 *
 * @param otherwise what to answer while the database is away
 * @throws {AppError} `storage.unavailable`, or what the work itself threw as an `AppError`
 */
export async function reachable<T>(work: () => Promise<T>, otherwise?: () => T): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const stored = otherwise?.();
    if (stored) return stored;
    throw new AppError("storage.unavailable", "the database cannot be reached", { cause, retryable: true });
  }
}
