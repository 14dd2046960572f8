import type { AuditTrail } from "../../domain/access/audit-entry.ts";
import { AppError } from "../../domain/errors.ts";
import { reachable } from "./reachable.ts";
import type { SessionRegistry } from "./session-registry.ts";
import { type AccountDatabase, type EndReason, revokeSessions, type WhichSessions } from "./session-store.ts";

/** A session as lists show it. Times are ISO. */
export type ListedSession = {
  readonly id: string;
  readonly username: string;
  readonly createdAt: string;
  /** The last renewal of its access token: every 10 minutes while a page is open. */
  readonly lastSeenAt: string;
  readonly expiresAt: string;
  /** Of the client that signed in; empty when that is not known. */
  readonly address: string;
  readonly userAgent: string;
  readonly isOnline: boolean;
};

export type SessionPage = {
  /** null = of everybody. */
  readonly username: string | null;
  readonly limit: number;
  /** Id of the last one of the page before. */
  readonly after: string | null;
};

/** Who ends a session, for the audit trail. */
export type SessionActor = { readonly username: string; readonly address: string };

/** The living sessions of all people, to look at and to end. Every call throws `storage.unavailable` while the database is away. */
export interface SessionBook {
  /** Newest first. */
  list(page: SessionPage): Promise<{ items: ListedSession[]; total: number }>;
  /**
   * Ends one session; its sockets close within 2 s.
   *
   * @param username null = whoever's it is; otherwise only one of this person
   * @throws {AppError} `session.not-found`
   */
  end(id: string, username: string | null, by: SessionActor): Promise<void>;
  /** Ends all sessions of a person, perhaps but one. @returns how many */
  endAll(username: string, except: string | null, reason: EndReason, by: SessionActor): Promise<number>;
}

const TIMEOUT_MS = 3_000;
/** `$1` = now, `$2` = the person or null for all. */
const LIVING = `from session s join user_account u on u.id = s.user_id
  where s.revoked_at is null and s.expires_at > $1::timestamptz and not u.disabled and ($2::text is null or u.username = $2)`;

export function createSessionBook(options: {
  readonly database: AccountDatabase;
  readonly audit: AuditTrail;
  readonly registry: Pick<SessionRegistry, "end">;
  readonly isOnline: (sessionId: string) => boolean;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
}): SessionBook {
  const { database, audit, registry, isOnline, clock } = options;
  const now = () => new Date(clock()).toISOString();

  async function end(which: WhichSessions, reason: EndReason): Promise<number> {
    const ended = await reachable(() => revokeSessions(database, which, reason, clock()));
    for (const { sessionId } of ended) registry.end(sessionId);
    return ended.length;
  }

  function record(target: string, by: SessionActor, detail: Record<string, unknown>): Promise<void> {
    const what = { actorKind: "user", action: "session:end", outcome: "done" } as const;
    return audit.record({ ...what, actor: by.username, address: by.address, target, detail });
  }

  return {
    async list({ username, limit, after }) {
      const text = `
        select s.id::text as id, u.username, s.created_at, s.last_seen_at, s.expires_at, s.address, s.user_agent,
          (select count(*) ${LIVING})::int as total
        ${LIVING} and ($4::uuid is null or
          (s.created_at, s.id) < (select a.created_at, a.id from session a where a.id = $4::uuid))
        order by s.created_at desc, s.id desc limit $3::int`;
      const values = [now(), username, limit, after];
      const rows = await reachable(() => database.query(text, values, { timeoutMs: TIMEOUT_MS }));
      const items = rows.map((row) => ({ ...sessionFrom(row), isOnline: isOnline(String(row["id"])) }));
      return { items, total: Number(rows[0]?.["total"] ?? 0) };
    },

    async end(id, username, by) {
      const text = `select u.username ${LIVING} and s.id = $3::uuid`;
      const values = [now(), username, id];
      const [found] = await reachable(() => database.query(text, values, { timeoutMs: TIMEOUT_MS }));
      if (!found) throw new AppError("session.not-found", "there is no such living session", { context: { id } });
      await record(String(found["username"]), by, { sessionId: id });
      await end({ sessionId: id }, "ended");
    },

    async endAll(username, except, reason, by) {
      await record(username, by, { all: true, reason, ...(except === null ? {} : { except }) });
      return end({ username, except }, reason);
    },
  };
}

function sessionFrom(row: Record<string, unknown>) {
  return {
    id: String(row["id"]),
    username: String(row["username"]),
    createdAt: isoFrom(row["created_at"]),
    lastSeenAt: isoFrom(row["last_seen_at"]),
    expiresAt: isoFrom(row["expires_at"]),
    address: String(row["address"] ?? ""),
    userAgent: String(row["user_agent"] ?? ""),
  };
}

function isoFrom(value: unknown): string {
  return (value instanceof Date ? value : new Date(String(value))).toISOString();
}
