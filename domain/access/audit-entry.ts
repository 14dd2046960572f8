import { z } from "zod";

/** Who did something: a person or a service token by name, or the platform itself. */
export const AUDIT_ACTOR_KINDS = ["user", "token", "platform", "anonymous"] as const;
export const AUDIT_OUTCOMES = ["done", "refused", "failed"] as const;

/**
 * One line of the audit trail, as it is handed in. Sequence, time and hash are given by the database.
 *
 * `detail` holds facts, such as `{ before, after }` of a change; never a password, a token, a key or a private address.
 */
export const AuditEntry = z.strictObject({
  actorKind: z.enum(AUDIT_ACTOR_KINDS),
  actor: z.string().max(120),
  /** `thing:verb`, such as `session:sign-in`, `user:update`, `flows:deploy`, `history:export`. */
  action: z.string().regex(/^[a-z-]+:[a-z-]+$/),
  outcome: z.enum(AUDIT_OUTCOMES),
  /** What it was done to: a user name, a site id, a token's id; empty when there is no such thing. */
  target: z.string().max(200).default(""),
  /** Of the client; empty for the platform itself. */
  address: z.string().max(64).default(""),
  detail: z.record(z.string(), z.unknown()).default({}),
});
export type AuditEntry = z.input<typeof AuditEntry>;

/** Where everything that matters is written down. */
export interface AuditTrail {
  /**
   * Writes one entry; resolves when it is committed.
   *
   * @throws {AppError} `storage.unavailable`: a change that cannot be audited is not made
   */
  record(entry: AuditEntry): Promise<void>;
  /** For what has happened already, such as a refused attempt: kept in memory, bounded, until the database takes it. Never throws. */
  note(entry: AuditEntry): void;
}
