/** The part of the database that the audit trail needs. Rows as objects, `int8` as text, `bytea` as Buffer. */
export interface AuditDatabase {
  query(
    text: string,
    values?: readonly unknown[],
    options?: { readonly name?: string; readonly timeoutMs?: number },
  ): Promise<Record<string, unknown>[]>;
}

/** True for values that the server refuses and always will: trying again is no use. */
export function isRefusedForGood(error: unknown): boolean {
  const state = error instanceof Error && "sqlState" in error ? error.sqlState : null;
  return typeof state === "string" && (/^2[23]/.test(state) || state.startsWith("54"));
}

/** The code of a failure, for a log line; never a text of another program. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" ? code : "unknown";
}
