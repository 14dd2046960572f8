import type { OnlineSession } from "../../domain/access/online-session.ts";
import type { SessionUser } from "../../domain/access/session-user.ts";
import { ACCESS_TOKEN_S } from "./access-token.ts";
import { type AccountDatabase, readSessions, type SessionRecord } from "./session-store.ts";
import type { SignInRules } from "./sign-in-rules.ts";

const CHECK_EVERY_MS = 1_000;
/** A socket outlives the last access token of its session by this much, for a browser that renews late. */
const RENEWAL_GRACE_MS = 60_000;
/** No token lives longer, so a session that nobody used for that long needs no watching. */
const FORGET_AFTER_MS = (ACCESS_TOKEN_S + 60) * 1000;
const ONLINE_FOR_MS = 60_000;
const MAX_KNOWN = 20_000;
const CHUNK = 5_000;

/** Why a socket must close: signed out, disabled or run out; the rights changed; the browser stopped renewing. */
export type SessionEnd = "ended" | "rights_changed" | "not_renewed";
export type SessionEndListener = (reason: SessionEnd) => void;

/** What somebody may do. A socket that was opened with other rights closes, and comes back with the new ones. */
export type Rights = Pick<SessionUser, "role" | "scope" | "mustChangePassword" | "mustSetUpTotp">;

type Known = {
  /** null: not read yet, because the database was away. */
  record: SessionRecord | null;
  usedAtMs: number;
  /** Since when it is not known whether a renewal was written: then an old refresh token is nobody's theft. */
  unsureSinceMs: number | null;
  /** Ended here: an older reading that is still on its way does not bring it back. */
  isEnded: boolean;
  /** Each with the rights that its socket was opened with. */
  readonly listeners: Map<SessionEndListener, string>;
};

/**
 * The sessions that this process has seen lately, read again every second: so a sign-out, a disabled account, a changed
 * role or another part of the fleet counts within 2 s everywhere, also between processes and without Redis.
 *
 * While the database is away the last word stands: nobody can sign out or be disabled then either, and the screens that
 * watch the plant must not go dark because of it.
 */
export interface SessionRegistry {
  /** What is known; null when this process has not read that session yet. */
  get(sessionId: string): SessionRecord | null;
  /** Reads a session. @returns null when it does not exist @throws when the database is away */
  load(sessionId: string): Promise<SessionRecord | null>;
  /** Takes over what was just written. */
  put(record: SessionRecord): void;
  /** Marks a session as ended at once, and tells its sockets. */
  end(sessionId: string): void;
  /** Tells once when a socket of this session, opened with these rights, must close. @returns unsubscribe */
  onEnd(session: Rights & { readonly sessionId: string }, listener: SessionEndListener): () => void;
  /** A renewal failed on the way, and may have been written or not. @param sinceMs null = the last one went well */
  setUnsure(sessionId: string, sinceMs: number | null): void;
  /** Since when; null when the last renewal of this session went well. */
  unsureSince(sessionId: string): number | null;
  /** Those that somebody is working with in this process. */
  online(): OnlineSession[];
  close(): void;
}

export type SessionRegistryOptions = {
  readonly database: AccountDatabase;
  /** True for somebody who has to set up a second factor first. */
  readonly needsTotp: SignInRules["needsTotp"];
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /** Told when a check failed: every second while the database is away. */
  readonly onFault: (error: unknown) => void;
};

export function createSessionRegistry(options: SessionRegistryOptions): SessionRegistry {
  const { database, needsTotp, clock, onFault } = options;
  const known = new Map<string, Known>();
  let isChecking = false;

  function entryOf(sessionId: string): Known {
    const entry = known.get(sessionId) ?? {
      record: null,
      usedAtMs: clock(),
      unsureSinceMs: null,
      isEnded: false,
      listeners: new Map(),
    };
    known.set(sessionId, entry);
    if (known.size > MAX_KNOWN) forgetFirstWithoutSocket();
    return entry;
  }

  function put(record: SessionRecord): void {
    const entry = entryOf(record.sessionId);
    // A renewal from memory is not in the database: after an outage the row must not take it back.
    const renewedAtMs = Math.max(record.renewedAtMs, entry.record?.renewedAtMs ?? 0);
    entry.record = { ...record, renewedAtMs, isAlive: record.isAlive && !entry.isEnded };
    for (const [listener, rights] of [...entry.listeners]) {
      const reason = reasonToEnd(entry.record, rights);
      if (reason === null) continue;
      entry.listeners.delete(listener);
      listener(reason);
    }
  }

  function reasonToEnd(record: SessionRecord, rights: string): SessionEnd | null {
    if (!record.isAlive) return "ended";
    if (rightsText({ ...record, mustSetUpTotp: needsTotp(record) }) !== rights) return "rights_changed";
    return clock() > record.renewedAtMs + ACCESS_TOKEN_S * 1000 + RENEWAL_GRACE_MS ? "not_renewed" : null;
  }

  function forgetFirstWithoutSocket(): void {
    const found = [...known].find(([, { listeners }]) => listeners.size === 0);
    if (found) known.delete(found[0]);
  }

  async function checkAll(): Promise<void> {
    const now = clock();
    for (const [sessionId, { listeners, usedAtMs }] of known) {
      if (listeners.size === 0 && now - usedAtMs > FORGET_AFTER_MS) known.delete(sessionId);
    }
    const ids = [...known.keys()];
    for (let start = 0; start < ids.length; start += CHUNK) {
      const asked = ids.slice(start, start + CHUNK);
      const found = new Map((await readSessions(database, asked, now)).map((record) => [record.sessionId, record]));
      for (const sessionId of asked) settle(sessionId, found.get(sessionId));
    }
  }

  /** A session that the database no longer has is over: its account was deleted. */
  function settle(sessionId: string, record: SessionRecord | undefined): void {
    const entry = known.get(sessionId);
    if (!entry) return;
    put(record ?? { ...(entry.record ?? nobodyOf(sessionId)), isAlive: false });
  }

  const timer = setInterval(() => {
    if (isChecking || known.size === 0) return;
    isChecking = true;
    checkAll()
      .catch(onFault)
      .finally(() => {
        isChecking = false;
      });
  }, CHECK_EVERY_MS);
  timer.unref();

  return {
    put,
    get(sessionId) {
      const entry = known.get(sessionId);
      if (entry) entry.usedAtMs = clock();
      return entry?.record ?? null;
    },
    async load(sessionId) {
      const [record] = await readSessions(database, [sessionId], clock());
      entryOf(sessionId);
      settle(sessionId, record);
      return record ?? null;
    },
    end(sessionId) {
      const entry = known.get(sessionId);
      if (!entry) return;
      entry.isEnded = true;
      put(entry.record ?? nobodyOf(sessionId));
    },
    onEnd({ sessionId, ...rights }, listener) {
      const { listeners } = entryOf(sessionId);
      listeners.set(listener, rightsText(rights));
      return () => listeners.delete(listener);
    },
    setUnsure(sessionId, sinceMs) {
      const entry = entryOf(sessionId);
      entry.unsureSinceMs = sinceMs === null ? null : (entry.unsureSinceMs ?? sinceMs);
    },
    unsureSince: (sessionId) => known.get(sessionId)?.unsureSinceMs ?? null,
    online() {
      const since = clock() - ONLINE_FOR_MS;
      return [...known.values()].flatMap(({ record, usedAtMs, listeners }) => {
        if (!record?.isAlive || (listeners.size === 0 && usedAtMs < since)) return [];
        return [{ sessionId: record.sessionId, username: record.username }];
      });
    },
    close: () => clearInterval(timer),
  };
}

/** The same text for the same rights; a scope always comes out of its schema, in one order. */
function rightsText({ role, scope, mustChangePassword, mustSetUpTotp = false }: Rights): string {
  return JSON.stringify([role, scope, mustChangePassword, mustSetUpTotp]);
}

function nobodyOf(sessionId: string): SessionRecord {
  return {
    sessionId,
    username: "",
    role: "viewer",
    scope: null,
    mustChangePassword: false,
    hasTotp: false,
    isExternal: false,
    isAlive: false,
    renewedAtMs: 0,
    refreshHash: "",
    previousHash: null,
    rotatedAtMs: null,
    provenAtMs: null,
  };
}
