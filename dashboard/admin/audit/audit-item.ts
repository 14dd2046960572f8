/** One entry of the audit trail, as the API lists it. */
export type AuditItem = {
  readonly seq: number;
  readonly at: string;
  readonly actorKind: "user" | "token" | "platform" | "anonymous";
  readonly actor: string;
  readonly action: string;
  readonly outcome: "done" | "refused" | "failed";
  readonly target: string;
  readonly address: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly hash: string;
};

export type Verification = {
  readonly ok: boolean;
  readonly rows: number;
  readonly durationMs: number;
  readonly firstBad: { readonly seq: number; readonly what: string } | null;
  readonly checkpoint: { readonly seq: number; readonly at: string; readonly isGood: boolean } | null;
  readonly publicKey: string;
};

export type AuditFilter = {
  actor: string;
  /** A group such as `site`, or one action. */
  action: string;
  outcome: "" | AuditItem["outcome"];
  target: string;
  /** As `<input type="datetime-local">` holds them, in this device's time zone. */
  from: string;
  to: string;
};

export const NO_FILTER: AuditFilter = { actor: "", action: "", outcome: "", target: "", from: "", to: "" };

/** The filter as a query, without what is empty or not yet a time. */
export function queryOf(filter: AuditFilter): URLSearchParams {
  const query = new URLSearchParams();
  for (const key of ["actor", "action", "outcome", "target"] as const) {
    const text = filter[key].trim();
    if (text !== "") query.set(key, text);
  }
  for (const key of ["from", "to"] as const) {
    const ms = Date.parse(filter[key]);
    if (!Number.isNaN(ms)) query.set(key, new Date(ms).toISOString());
  }
  return query;
}
