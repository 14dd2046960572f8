import type { Session } from "../adapters/security/create-auth.ts";
import type { AuditEntry } from "../domain/access/audit-entry.ts";

/** Whose name stands in the audit trail for what a request does. @param address of the client */
export function actorOf(
  session: Pick<Session, "username" | "grants"> | null,
  address: string,
): Required<Pick<AuditEntry, "actorKind" | "actor" | "address">> {
  if (session === null) return { actorKind: "anonymous", actor: "", address };
  return { actorKind: session.grants === null ? "user" : "token", actor: session.username, address };
}
