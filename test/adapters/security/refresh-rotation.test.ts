import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { openDatabase } from "../../../adapters/database/open-database.ts";
import { type Auth, createAuth, type Grant } from "../../../adapters/security/create-auth.ts";
import { createRefreshTokens } from "../../../adapters/security/refresh-token.ts";
import { insertSession } from "../../../adapters/security/session-store.ts";
import type { AuditEntry } from "../../../domain/access/audit-entry.ts";
import { createFreshDatabase } from "../../services/fresh-database.ts";
import { createFreshDataDir } from "../../services/fresh-pglite.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { OPEN_RULES } from "./open-rules.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const PUBLIC_URL = "http://127.0.0.1:1880";
const secretKey = randomBytes(32);
const serverUrl = inject("databaseUrl");
const client = { address: "", userAgent: "" };

const ENGINES = [
  { name: "PGlite", isMissing: false, open: openPglite },
  { name: "PostgreSQL", isMissing: serverUrl === null, open: openPostgres },
];

type Opened = { readonly database: Database; dispose(): Promise<void> };

async function openPglite(): Promise<Opened> {
  const { dataDir, remove } = await createFreshDataDir();
  const database = await openDatabase({ url: null, dataDir, log: recordedLog() });
  await database.whenReady();
  return {
    database,
    async dispose() {
      await database.close();
      remove();
    },
  };
}

async function openPostgres(): Promise<Opened> {
  const fresh = await createFreshDatabase(serverUrl ?? "", { timescale: false });
  const database = await openDatabase({ url: fresh.url, dataDir: "", log: recordedLog() });
  await database.whenReady();
  return {
    database,
    async dispose() {
      await database.close();
      await fresh.drop();
    },
  };
}

describe.for(ENGINES)("refresh tokens on $name", ({ isMissing, open }) => {
  const it = test.skipIf(isMissing);
  let opened: Opened;
  let auth: Auth;
  let nowMs = Date.now();
  let noted: AuditEntry[] = [];
  const audit = { record: async () => undefined, note: (entry: AuditEntry) => void noted.push(entry) };
  let isAway = false;
  let isLosingAnswers = false;

  function makeAuth(keys: { secretKey: Uint8Array; previousSecretKey?: Uint8Array } = { secretKey }): Auth {
    const { database } = opened;
    const query: Database["query"] = async (text, ...rest) => {
      if (isAway) throw new Error("the database is away");
      const rows = await database.query(text, ...rest);
      if (isLosingAnswers && text.includes("update session")) throw new Error("the connection was lost");
      return rows as never;
    };
    return createAuth({
      database: { query },
      ...keys,
      publicUrl: PUBLIC_URL,
      audit,
      rules: OPEN_RULES,
      clock: () => nowMs,
      tokenWork: { onWork: () => () => undefined },
    });
  }

  beforeAll(async () => {
    if (isMissing) return;
    opened = await open();
    auth = makeAuth();
  });
  beforeEach(async () => {
    isAway = false;
    isLosingAnswers = false;
    noted = [];
    nowMs += 60_000;
    if (isMissing) return;
    await opened.database.query("delete from user_account");
    await opened.database.query(
      "insert into user_account (username, password_hash, role) values ('li', '!', 'viewer')",
    );
  });
  afterAll(async () => {
    auth?.close();
    await opened?.dispose();
  });

  const signIn = async () => tokenOf(await auth.openSession("li", { ...client, replaces: [], provenAtMs: null }));
  const refresh = async (token: string, by = auth) => tokenOf(await by.refresh(`antbox_refresh=${token}`));
  const codeOf = (attempt: Promise<unknown>) =>
    attempt.then(
      () => "granted",
      (error: { code?: string }) => error.code,
    );
  const session = async () => (await opened.database.query("select * from session"))[0];

  it("20 uses at once of one token give one successor, and sign nobody out", async () => {
    const first = await signIn();
    const given = await Promise.all(Array.from({ length: 20 }, () => refresh(first)));
    expect(new Set(given).size).toBe(1);
    expect(given[0]).not.toBe(first);
    // And it is good.
    expect(await refresh(given[0] ?? "")).toMatch(/^[\w-]{86}$/);
    expect(noted).toEqual([]);
  });

  it("the same done by reading first and writing then gives many: the statement is what makes it one", async () => {
    const stored = await insertNaive(opened.database, nowMs);
    const given = await Promise.all(Array.from({ length: 20 }, () => rotateNaively(opened.database, stored)));
    expect(new Set(given.filter((token) => token !== null)).size).toBeGreaterThan(1);
  });

  it("two processes that get the same token at once give the same successor", async () => {
    const other = makeAuth();
    try {
      const first = await signIn();
      const given = await Promise.all([refresh(first), refresh(first, other)]);
      expect(new Set(given).size).toBe(1);
    } finally {
      other.close();
    }
  });

  it("each renewal gives another token; the chain goes on", async () => {
    const tokens = [await signIn()];
    for (let n = 0; n < 5; n += 1) {
      nowMs += 540_000;
      tokens.push(await refresh(tokens.at(-1) ?? ""));
    }
    expect(new Set(tokens).size).toBe(6);
  });

  it("within ten seconds, and while its successor is unused, an old token gives the same successor", async () => {
    const first = await signIn();
    const second = await refresh(first);
    nowMs += 9_900;
    expect(await refresh(first)).toBe(second);
    expect((await session())?.["revoked_at"]).toBeNull();
  });

  it("used again after ten seconds, an old token ends the session: the newest one is worth nothing any more", async () => {
    const first = await signIn();
    const second = await refresh(first);
    nowMs += 10_001;
    expect(await codeOf(refresh(first))).toBe("auth.not-signed-in");
    expect(await session()).toMatchObject({ revoked_at: new Date(nowMs), ended_reason: "reuse" });
    expect(await codeOf(refresh(second))).toBe("auth.not-signed-in");
    expect(noted).toEqual([expect.objectContaining({ actor: "li", action: "session:reuse", outcome: "refused" })]);
    expect(JSON.stringify(noted)).not.toContain(first);
  });

  it("used again after its successor was used, it ends the session at once", async () => {
    const first = await signIn();
    const third = await refresh(await refresh(first));
    expect(await codeOf(refresh(first))).toBe("auth.not-signed-in");
    expect(await codeOf(refresh(third))).toBe("auth.not-signed-in");
  });

  it("a token of three renewals ago ends the session, too", async () => {
    const first = await signIn();
    const newest = await refresh(await refresh(await refresh(await refresh(first))));
    nowMs += 3_600_000;
    expect(await codeOf(refresh(first))).toBe("auth.not-signed-in");
    expect(await codeOf(refresh(newest))).toBe("auth.not-signed-in");
  });

  it("a token that is not ours asks nothing of the database, and ends nothing", async () => {
    const first = await signIn();
    isAway = true;
    const bytes = Buffer.from(first, "base64url");
    for (const place of [0, 20, 60]) {
      const changed = Buffer.from(bytes);
      changed[place] = (changed[place] ?? 0) ^ 1;
      expect(await codeOf(refresh(changed.toString("base64url")))).toBe("auth.not-signed-in");
    }
    isAway = false;
    expect(await refresh(first)).not.toBe(first);
  });

  it("a token of another session does not renew this one", async () => {
    const [mine, other] = [await signIn(), await signIn()];
    await auth.logout(`antbox_refresh=${other}`);
    expect(await codeOf(refresh(other))).toBe("auth.not-signed-in");
    expect(await refresh(mine)).not.toBe(mine);
  });

  it("goes on over a change of SECRET_KEY, also when two tabs renew during it", async () => {
    const renewed = { secretKey: randomBytes(32), previousSecretKey: secretKey };
    const next = makeAuth(renewed);
    try {
      const first = await signIn();
      const second = await refresh(first);
      expect(await refresh(first, next)).toBe(second);
      const third = await refresh(second, next);
      expect(await codeOf(refresh(third))).toBe("auth.not-signed-in");
      expect(await refresh(third, next)).not.toBe(third);
    } finally {
      next.close();
    }
  });

  it("an answer that was lost with the database signs nobody out when it is back", async () => {
    const first = await signIn();
    // Written, but the answer never came: the worst moment for a database to go away.
    isLosingAnswers = true;
    expect(await refresh(first)).toBe(first);
    isLosingAnswers = false;
    expect(await session()).toMatchObject({ rotated_at: new Date(nowMs), revoked_at: null });
    nowMs += 600_000;
    const second = await refresh(first);
    expect(second).not.toBe(first);
    expect(await refresh(second)).not.toBe(second);
    // The leniency was for that one renewal.
    nowMs += 10_001;
    expect(await codeOf(refresh(second))).toBe("auth.not-signed-in");
  });
});

function tokenOf({ cookies }: Grant): string {
  return cookies.map((cookie) => /antbox_refresh=([\w-]+)/.exec(cookie)?.[1]).find(Boolean) ?? "none";
}

/** A session as rotation without a lock would keep it. */
async function insertNaive(database: Database, nowMs: number): Promise<Buffer> {
  const [row] = await database.query("select id from user_account");
  const sessionId = randomUUID();
  const { hash } = createRefreshTokens(secretKey, null).first(sessionId);
  const facts = { sessionId, userId: Number(row?.["id"]), refreshHash: hash, nowMs, idleS: 60 };
  await insertSession(database, { ...facts, ...client, replaces: [], provenAtMs: null });
  return hash;
}

/** Reads whether the token is the newest one, then writes a new random one: what everybody writes first. */
async function rotateNaively(database: Database, hash: Buffer): Promise<string | null> {
  const [found] = await database.query("select id from session where refresh_hash = $1::bytea", [hash]);
  if (!found) return null;
  const next = randomBytes(32);
  await database.query("update session set refresh_hash = $2::bytea where id = $1::uuid", [found["id"], next]);
  return next.toString("base64url");
}
