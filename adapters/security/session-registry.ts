import type { Role } from "../../domain/access/session-user.ts";
import { ACCESS_TOKEN_S } from "./access-token.ts";
import { type AccountDatabase, readSessions, type SessionRecord } from "./session-store.ts";

const CHECK_EVERY_MS = 1_000;
/** A socket outlives the last access token of its session by this much, for a browser that renews late. */
const RENEWAL_GRACE_MS = 60_000;
/** No token lives longer, so a session that nobody used for that long needs no watching. */
const FORGET_AFTER_MS = (ACCESS_TOKEN_S + 60) * 1000;
const MAX_KNOWN = 20_000;
const CHUNK = 5_000;

/** Why a socket must close: signed out, disabled or run out; the role changed; the browser stopped renewing. */
export type SessionEnd = "ended" | "role_changed" | "not_renewed";
export type SessionEndListener = (reason: SessionEnd) => void;

type Known = {
  /** null: not read yet, because the database was away. */
  record: SessionRecord | null;
  refreshHash: string | null;
  usedAtMs: number;
  /** Each with the role that its socket was opened with. */
  readonly listeners: Map<SessionEndListener, Role>;
};

/**
 * The sessions that this process has seen lately, read again every second: so a sign-out, a disabled account or a changed
 * role counts within 2 s everywhere, also between processes and without Redis.
 *
 * While the database is away the last word stands: nobody can sign out or be disabled then either, and the screens that
 * watch the plant must not go dark because of it.
 */
export interface SessionRegistry {
  /** What is known; null when this process has not read that session yet. */
  get(sessionId: string): SessionRecord | null;
  /** Reads a session. @returns null when it does not exist @throws when the database is away */
  load(sessionId: string): Promise<SessionRecord | null>;
  /** Takes over what was just written. @param refreshHash null = unchanged */
  put(record: SessionRecord, refreshHash: string | null): void;
  /** The living session of a refresh token, by the token's hash, for as long as the database is away. */
  byRefreshHash(refreshHash: string): SessionRecord | null;
  /** Marks a session as ended at once, and tells its sockets. */
  end(sessionId: string): void;
  /** Tells once when a socket of this session, opened with this role, must close. @returns unsubscribe */
  onEnd(session: { sessionId: string; role: Role }, listener: SessionEndListener): () => void;
  close(): void;
}

/**
 * @param clock milliseconds since the Unix epoch
 * @param onFault told when a check failed, at most once a second
 */
export function createSessionRegistry(
  database: AccountDatabase,
  clock: () => number,
  onFault: (error: unknown) => void,
): SessionRegistry {
  const known = new Map<string, Known>();
  const byHash = new Map<string, string>();
  let isChecking = false;

  function entryOf(sessionId: string): Known {
    const entry = known.get(sessionId) ?? { record: null, refreshHash: null, usedAtMs: clock(), listeners: new Map() };
    known.set(sessionId, entry);
    if (known.size > MAX_KNOWN) forgetFirstWithoutSocket();
    return entry;
  }

  function put(record: SessionRecord, refreshHash: string | null): void {
    const entry = entryOf(record.sessionId);
    // A renewal from memory is not in the database: after an outage the row must not take it back.
    const renewedAtMs = Math.max(record.renewedAtMs, entry.record?.renewedAtMs ?? 0);
    entry.record = { ...record, renewedAtMs };
    if (refreshHash) {
      entry.refreshHash = refreshHash;
      byHash.set(refreshHash, record.sessionId);
    }
    for (const [listener, role] of [...entry.listeners]) {
      const reason = reasonToEnd(entry.record, role);
      if (reason === null) continue;
      entry.listeners.delete(listener);
      listener(reason);
    }
  }

  function reasonToEnd(record: SessionRecord, role: Role): SessionEnd | null {
    if (!record.isAlive) return "ended";
    if (record.role !== role) return "role_changed";
    return clock() > record.renewedAtMs + ACCESS_TOKEN_S * 1000 + RENEWAL_GRACE_MS ? "not_renewed" : null;
  }

  function forget(sessionId: string): void {
    const hash = known.get(sessionId)?.refreshHash;
    if (hash) byHash.delete(hash);
    known.delete(sessionId);
  }

  function forgetFirstWithoutSocket(): void {
    const found = [...known].find(([, { listeners }]) => listeners.size === 0);
    if (found) forget(found[0]);
  }

  async function checkAll(): Promise<void> {
    const now = clock();
    for (const [sessionId, { listeners, usedAtMs }] of known) {
      if (listeners.size === 0 && now - usedAtMs > FORGET_AFTER_MS) forget(sessionId);
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
    const nobody: SessionRecord = { sessionId, username: "", role: "viewer", isAlive: false, renewedAtMs: 0 };
    put(record ?? { ...(entry.record ?? nobody), isAlive: false }, null);
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
    byRefreshHash(refreshHash) {
      const record = known.get(byHash.get(refreshHash) ?? "")?.record;
      return record?.isAlive ? record : null;
    },
    end(sessionId) {
      const record = known.get(sessionId)?.record;
      if (record) put({ ...record, isAlive: false }, null);
    },
    onEnd({ sessionId, role }, listener) {
      const { listeners } = entryOf(sessionId);
      listeners.set(listener, role);
      return () => listeners.delete(listener);
    },
    close: () => clearInterval(timer),
  };
}
