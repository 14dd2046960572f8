import type { AuditEntry, AuditTrail } from "../domain/access/audit-entry.ts";
import { AppError } from "../domain/errors.ts";

/**
 * Writes down what is about to be done, then does it. What fails after all gets a line of its own; what cannot be written
 * down is not done.
 *
 * @throws {AppError} `storage.unavailable`; and whatever the work throws
 */
export async function audited<T>(
  audit: AuditTrail,
  entry: Omit<AuditEntry, "outcome">,
  work: () => Promise<T>,
): Promise<T> {
  await audit.record({ ...entry, outcome: "done" });
  try {
    return await work();
  } catch (error) {
    const code = error instanceof AppError ? error.code : "internal.unexpected";
    audit.note({ ...entry, outcome: "failed", detail: { ...entry.detail, code } });
    throw error;
  }
}
