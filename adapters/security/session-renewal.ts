import type { AuditTrail } from "../../domain/access/audit-entry.ts";
import { AppError } from "../../domain/errors.ts";
import type { AuthLog } from "./auth-log.ts";
import type { ReadRefreshToken, RefreshTokens } from "./refresh-token.ts";
import type { SessionRegistry } from "./session-registry.ts";
import { type AccountDatabase, rotateSession, type SessionRecord } from "./session-store.ts";

/** Two tabs that renew at once show the same token: for so long the second one gets what the first one got. */
const REUSE_GRACE_MS = 10_000;

export type RenewalOptions = {
  readonly database: AccountDatabase;
  readonly sessions: SessionRegistry;
  readonly refreshTokens: RefreshTokens;
  readonly audit: AuditTrail;
  readonly idleS: () => number;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly log: AuthLog | undefined;
};

/** A session, and the refresh token that its browser has to keep now. */
export type Renewed = { readonly record: SessionRecord; readonly refreshText: string };

/** One use of a refresh token, as `Auth.refresh` describes it. */
export function createSessionRenewal(options: RenewalOptions) {
  const { database, sessions, refreshTokens, audit, idleS, clock, log } = options;

  /** @throws {AppError} `storage.unavailable` when this process cannot tell whether the token is the newest one */
  function renewFromMemory({ sessionId, hash, text }: ReadRefreshToken, graceFromMs: number, cause: unknown): Renewed {
    const record = sessions.get(sessionId);
    const shown = hash.toString("hex");
    const isNewest = record?.refreshHash === shown;
    const isAgain = record?.previousHash === shown && (record.rotatedAtMs ?? 0) >= graceFromMs;
    if (!record?.isAlive || !(isNewest || isAgain)) {
      throw new AppError("storage.unavailable", "the database cannot be reached", { cause, retryable: true });
    }
    const renewed = { ...record, renewedAtMs: clock() };
    sessions.put(renewed);
    return { record: renewed, refreshText: text };
  }

  function refuseReuse({ username, sessionId }: SessionRecord, address: string): never {
    const reason = "a refresh token was used twice: the session has been ended";
    const what = { actorKind: "user", action: "session:reuse", outcome: "refused" } as const;
    audit.note({ ...what, actor: username, target: username, address, detail: { sessionId, reason } });
    log?.warn({ username, address, sessionId }, reason);
    throw new AppError("auth.not-signed-in", "the session has ended: sign in again");
  }

  /** @param text the refresh cookie; null without one @param address of the client */
  return async function renew(text: string | null, address: string): Promise<Renewed> {
    const shown = text ? refreshTokens.read(text) : null;
    const [next] = shown?.successors ?? [];
    if (!shown || !next) throw new AppError("auth.not-signed-in", "no session: sign in again");
    const { sessionId, hash, successors } = shown;
    const nowMs = clock();
    const graceFromMs = Math.min(nowMs - REUSE_GRACE_MS, sessions.unsureSince(sessionId) ?? nowMs);
    let record: SessionRecord | null;
    try {
      const rotation = { sessionId, hash, nextHash: next.hash, nowMs, idleS: idleS(), graceFromMs };
      record = await rotateSession(database, rotation);
    } catch (cause) {
      sessions.setUnsure(sessionId, nowMs);
      return renewFromMemory(shown, graceFromMs, cause);
    }
    if (!record) throw new AppError("auth.not-signed-in", "the session has ended: sign in again");
    sessions.setUnsure(sessionId, null);
    sessions.put(record);
    if (!record.isAlive) refuseReuse(record, address);
    const newest = successors.find((one) => one.hash.toString("hex") === record.refreshHash);
    if (!newest) throw new AppError("auth.not-signed-in", "the key of the platform has changed: sign in again");
    return { record, refreshText: newest.text };
  };
}
