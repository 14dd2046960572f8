import { hash } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readChain, readTrailState } from "../../../adapters/audit/audit-book.ts";
import { createAuditTrail } from "../../../adapters/audit/audit-trail.ts";
import { canonicalAuditText } from "../../../domain/access/audit-chain.ts";
import type { AuditEntry } from "../../../domain/access/audit-entry.ts";
import { VECTOR, VECTOR_HASH, VECTOR_TEXT } from "../../domain/access/audit-vector.ts";
import { onDatabase } from "../../services/on-database.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { ENGINES, type OpenedEngine } from "../database/engines.ts";
import { type AuditUnderTest, allOf, anEntry, openAudit, recordMany } from "./audit-under-test.ts";

const WITHIN_MS = 60_000;
const APPEND =
  "insert into audit.entry (actor_kind, actor, action, outcome) values ('user', 'eve', 'user:update', 'done')";

describe.for(ENGINES)("the audit trail on $name", ({ isMissing, open }) => {
  let opened: OpenedEngine;
  let audit: AuditUnderTest;
  const it = test.skipIf(isMissing);
  const all = async () => {
    const { head, first } = await readTrailState(opened.database);
    return allOf(readChain(opened.database, { after: first.seq - 1, to: head.seq, pageRows: 7 }));
  };

  beforeAll(async () => {
    if (isMissing) return;
    opened = await open();
    await opened.database.whenReady();
    audit = openAudit(opened.database);
  });
  afterAll(async () => {
    await audit?.dispose();
    await opened?.dispose();
  });

  it("an empty trail is good", async () => {
    expect(await audit.book.verify(WITHIN_MS)).toMatchObject({ ok: true, rows: 0, firstBad: null, checkpoint: null });
  });

  it("numbers, times and hashes come from the database, whatever the caller says", async () => {
    await recordMany(audit, 3);
    await opened.database.query(
      `insert into audit.entry (seq, at, actor_kind, actor, action, outcome, prev, hash)
        values (99, '2001-01-01', 'user', 'eve', 'user:update', 'done', '\\x00', '\\x00')`,
    );
    const rows = (await all()).flat();
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(rows[3]?.at.slice(0, 4)).not.toBe("2001");
    expect(await audit.book.verify(WITHIN_MS)).toMatchObject({ ok: true, rows: 4 });
  });

  it("nothing in it can be changed or removed", async () => {
    const { database } = opened;
    for (const text of [
      "update audit.entry set actor = 'nobody' where seq = 2",
      "delete from audit.entry where seq = 2",
      "delete from audit.entry",
      "truncate audit.entry",
      "update audit.head set seq = 1",
      "update audit.head set hash = '\\x00'",
      "update audit.head set first_seq = 99",
      "delete from audit.head",
      "truncate audit.head",
      "insert into audit.head (is_only, seq, hash, first_seq, first_prev) values (true, 9, '', 1, '')",
    ]) {
      await expect(database.query(text), text).rejects.toMatchObject({ sqlState: "42501" });
    }
    expect(await audit.book.verify(WITHIN_MS)).toMatchObject({ ok: true, rows: 4 });
  });

  it("what is no entry is refused, and leaves no gap", async () => {
    const { database } = opened;
    const insert = (columns: string, values: readonly string[]) =>
      database.query(
        `${APPEND.split(" values")[0]?.replace(")", `, ${columns})`)} values ('user', 'eve', 'user:update', 'done', $1)`,
        values,
      );
    for (const detail of ["", "[]", "1", "{", '{"a":"\\u0000"}', `{"a":"${"x".repeat(70_000)}"}`]) {
      await expect(insert("detail", [detail]), detail.slice(0, 20)).rejects.toMatchObject({
        sqlState: expect.stringMatching(/^2[23]/),
      });
    }
    await expect(insert("target", ["a\u0000b"])).rejects.toThrow();
    await expect(database.query(APPEND.replace("user:update", "User"))).rejects.toMatchObject({ sqlState: "23514" });
    await expect(audit.trail.record(anEntry({ action: "no action" }))).rejects.toThrow();
    expect(await audit.book.verify(WITHIN_MS)).toMatchObject({ ok: true, rows: 4 });
  });

  it("the trigger makes the pinned text", async () => {
    const [row] = await opened.database.query(
      `select audit.canonical(e) as text, encode(sha256(convert_to(audit.canonical(e), 'UTF8')), 'hex') as hash
        from (select ($1::bigint, $2::timestamptz, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text,
          decode(repeat('00', 32), 'hex'), ''::bytea)::audit.entry as e) as one`,
      [
        VECTOR.seq,
        VECTOR.at,
        VECTOR.actorKind,
        VECTOR.actor,
        VECTOR.action,
        VECTOR.outcome,
        VECTOR.target,
        VECTOR.address,
        VECTOR.detail,
      ],
    );
    expect(row).toEqual({ text: VECTOR_TEXT, hash: VECTOR_HASH });
  });

  it("the trigger's hash is the domain's for whatever is written", { timeout: 120_000 }, async () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("", "\u0000", "\r\n\u001b[31m", "'; drop table audit.entry; --", "\uD800", "7:x,"),
    );
    const entry = fc.record({
      actorKind: fc.constantFrom("user", "token", "platform", "anonymous"),
      actor: hostile,
      action: fc.constantFrom("user:update", "history:export"),
      outcome: fc.constantFrom("done", "refused", "failed"),
      target: hostile,
      address: hostile,
      detail: fc.dictionary(hostile, fc.jsonValue({ maxDepth: 8, stringUnit: "binary" })),
    }) as fc.Arbitrary<AuditEntry>;
    await fc.assert(
      fc.asyncProperty(entry, async (given) => {
        await audit.trail.record(given);
      }),
      { numRuns: 150 },
    );
    const rows = (await all()).flat();
    expect(rows.length).toBeGreaterThan(150);
    for (const row of rows) expect(hash("sha256", canonicalAuditText(row, row.prev), "hex")).toBe(row.hash);
    expect(await audit.book.verify(WITHIN_MS)).toMatchObject({ ok: true, rows: rows.length });
  });

  it("is listed by who, what and when, newest first, page by page", async () => {
    await audit.trail.record(anEntry({ actor: "listed", action: "session:sign-in", target: "" }));
    await audit.trail.record(anEntry({ actor: "listed", action: "session:end", outcome: "failed" }));
    await audit.trail.record(
      anEntry({ actor: "listed", action: "site:update", target: "site-001", address: "192.0.2.1" }),
    );
    const list = async (filter: object, before: number | null = null, limit = 10) => {
      const { items, total } = await audit.book.list(filter, { before, limit });
      return { actions: items.map(({ action }) => action), total, last: items.at(-1)?.seq ?? null };
    };
    const newest = await list({ actor: "listed" }, null, 2);
    expect(newest).toMatchObject({ actions: ["site:update", "session:end"], total: 3 });
    expect(await list({ actor: "listed" }, newest.last)).toMatchObject({ actions: ["session:sign-in"], total: 3 });
    expect(await list({ actor: "listed", action: "session" })).toMatchObject({
      actions: ["session:end", "session:sign-in"],
    });
    expect(await list({ actor: "listed", action: "session:end", outcome: "failed" })).toMatchObject({ total: 1 });
    expect(await list({ actor: "listed", target: "site-001" })).toMatchObject({ total: 1 });
    expect(await list({ actor: "listed", to: "2020-01-01T00:00:00Z" })).toMatchObject({ actions: [], total: 0 });
    expect(await list({ actor: "listed", from: "2020-01-01T00:00:00Z" })).toMatchObject({ total: 3 });
    const { head } = await readTrailState(opened.database);
    expect((await list({})).total).toBe(head.seq);
  });
});

const postgres = ENGINES.find(({ name }) => name === "plain PostgreSQL");
const isMissing = postgres?.isMissing !== false;

describe.skipIf(isMissing)("the audit trail on a server", () => {
  let opened: OpenedEngine;
  let audit: AuditUnderTest;
  beforeAll(async () => {
    if (!postgres) throw new Error("no such engine");
    opened = await postgres.open();
    await opened.database.whenReady();
    audit = openAudit(opened.database);
  });
  afterAll(async () => {
    await audit?.dispose();
    await opened?.dispose();
  });

  test("eight clients at once keep one chain", { timeout: 60_000 }, async () => {
    const clients = Array.from({ length: 8 }, (_, client) =>
      onDatabase(opened.url ?? "", async (connection) => {
        for (let n = 0; n < 40; n += 1) {
          // Two rows in one transaction, and one that is given up: neither may leave a gap.
          await connection.query("begin");
          await connection.query(`${APPEND}, ('token', 'client ${client}', 'site:update', 'done')`);
          await connection.query(n % 5 === 0 ? "rollback" : "commit");
        }
      }),
    );
    await Promise.all(clients);
    expect(await audit.book.verify(WITHIN_MS)).toMatchObject({ ok: true, rows: 8 * 32 * 2, firstBad: null });
  });

  test("a verification in between of appends and of a cut is good", { timeout: 60_000 }, async () => {
    let isOver = false;
    const writer = (async () => {
      while (!isOver) await audit.trail.record(anEntry());
    })();
    try {
      for (let n = 0; n < 10; n += 1) expect(await audit.book.verify(WITHIN_MS)).toMatchObject({ ok: true });
    } finally {
      isOver = true;
      await writer;
    }
  });
});

describe("while the database is away", () => {
  type Call = { readonly text: string; readonly values: readonly unknown[] };
  /** A database that is told how to answer. */
  function fakeDatabase(answer: () => Error | null) {
    const calls: Call[] = [];
    return {
      calls,
      query: async (text: string, values: readonly unknown[] = []) => {
        const error = answer();
        if (error) throw error;
        calls.push({ text, values });
        return [];
      },
    };
  }
  const away = Object.assign(new Error("the database cannot be reached"), { code: "ECONNREFUSED", sqlState: null });
  const actorsOf = ({ text, values }: Call) =>
    text.includes("unnest") ? (values[1] as string[]) : [values[1] as string];

  test("a change is refused, and a note is kept, delivered in order, and says when it happened", async () => {
    let error: Error | null = away;
    let nowMs = 1_000_000;
    const database = fakeDatabase(() => error);
    const log = recordedLog();
    const trail = createAuditTrail({ database, log, clock: () => nowMs, retryMs: 10 });
    await expect(trail.record(anEntry())).rejects.toMatchObject({ code: "storage.unavailable", retryable: true });
    for (let n = 0; n < 250; n += 1) trail.note(anEntry({ actor: `user ${n}` }));
    await vi.waitFor(() => expect(log.texts("warn")).not.toEqual([]));
    expect(trail.stats()).toEqual({ written: 0, queued: 250, dropped: 0 });
    nowMs += 60_000;
    error = null;
    await vi.waitFor(() => expect(trail.stats()).toEqual({ written: 250, queued: 0, dropped: 0 }));
    expect(database.calls.flatMap(actorsOf)).toEqual(Array.from({ length: 250 }, (_, n) => `user ${n}`));
    const details = database.calls.flatMap(({ values }) => values[6] as string[]);
    expect(details[0]).toBe('{"happenedAt":"1970-01-01T00:16:40.000Z"}');
    await trail.close();
  });

  test("what there was no room for is counted, and the count becomes an entry", async () => {
    let error: Error | null = away;
    const database = fakeDatabase(() => error);
    const trail = createAuditTrail({ database, log: recordedLog(), retryMs: 10, capacity: 5 });
    for (let n = 0; n < 12; n += 1) trail.note(anEntry({ actor: `user ${n}` }));
    expect(trail.stats()).toEqual({ written: 0, queued: 5, dropped: 7 });
    error = null;
    await vi.waitFor(() => expect(trail.stats().written).toBe(6));
    const last = database.calls.at(-1);
    expect(last?.values[2]).toBe("audit:drop");
    expect(JSON.parse(String(last?.values[6]))).toMatchObject({ count: 7 });
    await trail.close();
  });

  test("an entry that the server refuses for ever does not hold up the others", async () => {
    const log = recordedLog();
    const refused = Object.assign(new Error("invalid"), { sqlState: "22P05", code: "22P05" });
    const database = fakeDatabase(() => null);
    const query = async (text: string, values: readonly unknown[] = []) => {
      if (values.flat().includes("poison")) throw refused;
      return database.query(text, values);
    };
    const trail = createAuditTrail({ database: { query }, log, retryMs: 10 });
    for (const actor of ["a", "poison", "b"]) trail.note(anEntry({ actor }));
    await vi.waitFor(() => expect(trail.stats()).toMatchObject({ queued: 0, dropped: 1 }));
    await vi.waitFor(() => expect(database.calls.flatMap(actorsOf)).toEqual(["a", "b", ""]));
    expect(log.texts("error")).toHaveLength(1);
    await trail.close();
  });

  test("note never throws, and what is left at the end goes to the log", async () => {
    const log = recordedLog();
    const trail = createAuditTrail({ database: fakeDatabase(() => away), log, retryMs: 10 });
    trail.note(anEntry({ action: "no action" }));
    trail.note(anEntry({ actor: "left" }));
    await trail.close();
    trail.note(anEntry());
    expect(log.lines.filter(({ facts }) => "audit" in facts)).toHaveLength(1);
  });
});
