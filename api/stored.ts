import { AppError } from "../domain/errors.ts";

/** What the database answers, or a problem that says it is away. */
export async function stored<T>(work: Promise<T>): Promise<T> {
  return work.catch((cause: unknown) => {
    if (cause instanceof AppError) throw cause;
    throw new AppError("storage.unavailable", "the database cannot be reached", { cause, retryable: true });
  });
}
