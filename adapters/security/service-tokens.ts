import { hash, randomBytes, randomUUID } from "node:crypto";
import type { AuditEntry, AuditTrail } from "../../domain/access/audit-entry.ts";
import type { Permission } from "../../domain/access/permissions.ts";
import { type NewServiceToken, type ServiceToken, TOKEN_PREFIX } from "../../domain/access/service-token.ts";
import type { SessionUser } from "../../domain/access/session-user.ts";
import { AppError } from "../../domain/errors.ts";
import type { WorkSignal } from "../../domain/work-signal.ts";
import { reachable } from "./reachable.ts";
import {
  findLiveToken,
  freeName,
  insertToken,
  listTokens,
  noteUses,
  readLiveTokens,
  readMakers,
  revokeToken,
  type StoredToken,
} from "./service-token-store.ts";
import type { SessionEndListener } from "./session-registry.ts";
import type { AccountDatabase } from "./session-store.ts";

const SWEEP_EVERY_MS = 1_000;
const NOTE_USE_EVERY_MS = 60_000;
const DAY_MS = 86_400_000;
/** In front of a token's name, for its user name. */
const USERNAME_PREFIX = "token:";
/** `abx_` and 32 bytes in base64url. */
const FORM = /^abx_[\w-]{43}$/;

/** Who asks for a change, for the audit trail. */
export type TokenActor = { readonly username: string; readonly address: string };

/**
 * Access for programs of third parties: a name, a list of permissions, perhaps a part of the fleet, and an end. All living
 * tokens are in memory and read again when one was made or revoked, which is looked for every second: a check costs a hash,
 * and a revoked one is refused within 2 s by every process. While the database is away the last word stands.
 */
export interface ServiceTokens {
  /** The program behind a token, as its "session". It never waits. @returns null for anything but a living token */
  userOf(token: string): (SessionUser & { readonly sessionId: string }) | null;
  /** The programs behind the living tokens of these ids, by id. It never waits. */
  usersOf(tokenIds: readonly string[]): ReadonlyMap<string, SessionUser>;
  /** Tells once when the token is revoked or has run out. @returns unsubscribe */
  onEnd(tokenId: string, listener: SessionEndListener): () => void;
  /** Newest first, the dead ones too. @throws {AppError} `storage.unavailable` */
  list(limit: number, after: string | null): Promise<{ items: ServiceToken[]; total: number }>;
  /**
   * @returns the token, which is shown once and stored nowhere
   * @throws {AppError} `token.name-taken`, `storage.unavailable`
   */
  create(wanted: NewServiceToken, by: TokenActor): Promise<{ record: ServiceToken; token: string }>;
  /** @throws {AppError} `token.not-found`, `storage.unavailable` */
  revoke(id: string, by: TokenActor): Promise<void>;
  /**
   * The people behind what a token does: whoever has made one of that name. Empty for the name of a person.
   *
   * @throws {AppError} `storage.unavailable`
   */
  makersOf(username: string): Promise<readonly string[]>;
  close(): void;
}

export type ServiceTokenOptions = {
  readonly database: AccountDatabase;
  readonly audit: AuditTrail;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /** Tells when a token was made or revoked, in whichever process. */
  readonly work: WorkSignal;
  /** Told when the tokens could not be read: every second while the database is away. */
  readonly onFault: (error: unknown) => void;
};

export function createServiceTokens({ database, audit, clock, work, onFault }: ServiceTokenOptions): ServiceTokens {
  /** By hash. Replaced as a whole at each change, so that a reading from before it is seen to be old. */
  let live: ReadonlyMap<string, StoredToken> = new Map();
  const listeners = new Map<string, Set<SessionEndListener>>();
  const usedAtMs = new Map<string, number>();
  const notedAtMs = new Map<string, number>();
  let isChecking = false;

  async function check(): Promise<void> {
    const before = live;
    const rows = await readLiveTokens(database, clock());
    if (live !== before) return;
    live = new Map(rows.map((token) => [token.tokenHash, token]));
    const ids = new Set([...live.values()].map(({ id }) => id));
    for (const id of listeners.keys()) if (!ids.has(id)) tellEnd(id);
  }

  /** What asks the database for nothing, or once a minute. */
  function sweep(): void {
    if (listeners.size > 0) {
      for (const { id, expiresAt } of live.values()) if (Date.parse(expiresAt) <= clock()) tellEnd(id);
    }
    if (usedAtMs.size > 0) noteDue().catch(onFault);
  }

  /** A busy token writes one row a minute, not one per request. */
  async function noteDue(): Promise<void> {
    const now = clock();
    const due = [...usedAtMs].filter(
      ([id]) => now - (notedAtMs.get(id) ?? Number.NEGATIVE_INFINITY) >= NOTE_USE_EVERY_MS,
    );
    if (due.length === 0) return;
    for (const [id] of due) {
      usedAtMs.delete(id);
      notedAtMs.set(id, now);
    }
    await noteUses(database, new Map(due));
  }

  function tellEnd(id: string): void {
    const told = listeners.get(id);
    listeners.delete(id);
    for (const listener of told ?? []) listener("ended");
  }

  function checkNow(): void {
    if (isChecking) return;
    isChecking = true;
    check()
      .catch(onFault)
      .finally(() => {
        isChecking = false;
      });
  }

  const stopWork = work.onWork(checkNow);
  const timer = setInterval(sweep, SWEEP_EVERY_MS);
  timer.unref();
  checkNow();

  return {
    userOf(token) {
      const found = FORM.test(token) ? live.get(hash("sha256", token, "hex")) : undefined;
      if (!found) return null;
      const now = clock();
      if (Date.parse(found.expiresAt) <= now) return null;
      usedAtMs.set(found.id, now);
      return { ...userFrom(found), sessionId: found.id };
    },

    usersOf(tokenIds) {
      const asked = new Set(tokenIds);
      const now = clock();
      const found = [...live.values()].filter(({ id, expiresAt }) => asked.has(id) && Date.parse(expiresAt) > now);
      return new Map(found.map((token) => [token.id, userFrom(token)]));
    },

    onEnd(tokenId, listener) {
      const own = listeners.get(tokenId) ?? new Set();
      listeners.set(tokenId, own.add(listener));
      return () => {
        own.delete(listener);
        if (own.size === 0 && listeners.get(tokenId) === own) listeners.delete(tokenId);
      };
    },

    async list(limit, after) {
      const { items, total } = await reachable(() => listTokens(database, limit, after));
      return { items: items.map(withoutHash), total };
    },

    async create(wanted, { username, address }) {
      const token = TOKEN_PREFIX + randomBytes(32).toString("base64url");
      const tokenHash = Buffer.from(hash("sha256", token, "hex"), "hex");
      const nowMs = clock();
      const id = randomUUID();
      await reachable(() => freeName(database, wanted.name, nowMs));
      const expiresAtMs = nowMs + wanted.expiresInDays * DAY_MS;
      const row = { ...wanted, id, tokenHash, createdBy: username, nowMs, expiresAtMs };
      const stored = await reachable(() => insertToken(database, row));
      const { name, permissions, scope, expiresInDays } = wanted;
      // Nobody has seen the token yet: what cannot be audited is taken back before anybody does.
      await audit
        .record(entry("token:create", name, { username, address }, { id, permissions, scope, expiresInDays }))
        .catch(async (error: unknown) => {
          await reachable(() => revokeToken(database, id, clock()));
          throw error;
        });
      live = new Map([...live, [stored.tokenHash, stored]]);
      return { record: withoutHash(stored), token };
    },

    async revoke(id, by) {
      const found = await reachable(() => findLiveToken(database, id));
      if (!found) throw new AppError("token.not-found", "there is no such living token", { context: { id } });
      await audit.record(entry("token:revoke", found.name, by, { id }));
      await reachable(() => revokeToken(database, id, clock()));
      live = new Map([...live].filter(([, token]) => token.id !== id));
      tellEnd(id);
    },

    async makersOf(username) {
      if (!username.startsWith(USERNAME_PREFIX)) return [];
      return await reachable(() => readMakers(database, username.slice(USERNAME_PREFIX.length)));
    },

    close() {
      stopWork();
      clearInterval(timer);
    },
  };
}

function entry(action: string, target: string, by: TokenActor, detail: Record<string, unknown>): AuditEntry {
  return { actorKind: "user", actor: by.username, action, outcome: "done", target, address: by.address, detail };
}

function userFrom({ name, scope, permissions, expiresAt }: StoredToken): SessionUser {
  return {
    username: USERNAME_PREFIX + name,
    // The grants decide; where only a role is asked for, it is the lowest.
    role: "viewer",
    scope,
    grants: permissions as Permission[],
    mustChangePassword: false,
    expiresAtMs: Date.parse(expiresAt),
  };
}

function withoutHash({ tokenHash: _hash, ...token }: StoredToken): ServiceToken {
  return token;
}
