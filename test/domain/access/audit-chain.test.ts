import { hash } from "node:crypto";
import { expect, test } from "vitest";
import {
  type AuditRow,
  CHAIN_START,
  canonicalAuditText,
  createChainWalk,
  type Sha256,
} from "../../../domain/access/audit-chain.ts";
import { auditDetailText, storableText } from "../../../domain/access/audit-detail.ts";
import type { AuditEntry } from "../../../domain/access/audit-entry.ts";
import { createRefusalCount, type RefusedAttempt } from "../../../domain/access/count-refusals.ts";
import { VECTOR, VECTOR_HASH, VECTOR_TEXT } from "./audit-vector.ts";

const sha256: Sha256 = (text) => hash("sha256", text, "hex");

test("the canonical text of a row is pinned", () => {
  expect(canonicalAuditText(VECTOR, CHAIN_START.hash)).toBe(VECTOR_TEXT);
  expect(sha256(VECTOR_TEXT)).toBe(VECTOR_HASH);
});

/** A chain of rows, each with the right hash. */
function aChain(length: number): AuditRow[] {
  const rows: AuditRow[] = [];
  let prev = CHAIN_START.hash;
  for (let seq = 1; seq <= length; seq += 1) {
    rows.push(sealed({ ...VECTOR, seq, target: `target ${seq}` }, prev));
    prev = rows.at(-1)?.hash ?? prev;
  }
  return rows;
}

function sealed(row: Omit<AuditRow, "prev" | "hash">, prev: string): AuditRow {
  return { ...row, prev, hash: sha256(canonicalAuditText(row, prev)) };
}

function firstBad(rows: readonly AuditRow[]): number | null {
  const walk = createChainWalk(CHAIN_START, sha256);
  for (const row of rows) {
    const bad = walk.add(row);
    if (bad) return bad.seq;
  }
  return null;
}

const at = (rows: readonly AuditRow[], seq: number) => {
  const row = rows[seq - 1];
  if (!row) throw new Error("no such row");
  return row;
};

test("a chain that nobody touched is good", () => {
  expect(firstBad(aChain(9))).toBeNull();
  expect(firstBad([])).toBeNull();
});

test.for([
  { name: "a changed text", tamper: (r: AuditRow[]) => r.with(4, { ...at(r, 5), actor: "eve" }), bad: 5 },
  {
    name: "another time",
    tamper: (r: AuditRow[]) => r.with(4, { ...at(r, 5), at: "2026-01-01T00:00:00.000000Z" }),
    bad: 5,
  },
  {
    name: "a change with its own hash",
    tamper: (r: AuditRow[]) => r.with(4, sealed({ ...at(r, 5), actor: "eve" }, at(r, 5).prev)),
    bad: 5,
  },
  { name: "a missing row", tamper: (r: AuditRow[]) => r.toSpliced(4, 1), bad: 5 },
  { name: "a missing first row", tamper: (r: AuditRow[]) => r.slice(1), bad: 1 },
  { name: "the same row twice", tamper: (r: AuditRow[]) => r.toSpliced(5, 0, at(r, 5)), bad: 5 },
  {
    name: "a missing row, numbers closed up",
    tamper: (r: AuditRow[]) => r.toSpliced(4, 1).map((row, index) => ({ ...row, seq: index + 1 })),
    bad: 5,
  },
  {
    name: "a row put in with a good hash",
    tamper: (r: AuditRow[]) =>
      r.toSpliced(4, 0, sealed({ ...VECTOR, seq: 5 }, at(r, 4).hash)).map((row, index) => ({ ...row, seq: index + 1 })),
    bad: 5,
  },
  {
    name: "two rows in each other's place",
    tamper: (r: AuditRow[]) => r.with(4, { ...at(r, 6), seq: 5 }).with(5, { ...at(r, 5), seq: 6 }),
    bad: 5,
  },
])("$name is found at its row", ({ tamper, bad }) => {
  expect(firstBad(tamper(aChain(9)))).toBe(bad);
});

test("the facts of an entry keep their order, hide secrets and stay storable", () => {
  expect(auditDetailText({ b: 1, a: { d: [1, "x"], c: null } })).toBe('{"a":{"c":null,"d":[1,"x"]},"b":1}');
  expect(auditDetailText({ password: "x", after: { clientSecret: "y", Token: 5, hasTotp: true, secret: true } })).toBe(
    '{"after":{"Token":"[hidden]","clientSecret":"[hidden]","hasTotp":true,"secret":true},"password":"[hidden]"}',
  );
  expect(auditDetailText({ text: "a\u0000b\uD800", number: Number.NaN, big: 10n ** 30n, none: undefined })).toBe(
    '{"big":"1000000000000000000000000000000","number":"NaN","text":"a\uFFFDb\uFFFD"}',
  );
  expect(storableText("😀😀", 3)).toBe("😀\uFFFD");
});

test("facts that are too deep, too many, too long or that never end are cut", () => {
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  circle["again"] = circle;
  expect(auditDetailText(circle).length).toBeLessThan(20_000);
  expect(auditDetailText({ many: Array.from({ length: 100_000 }, (_, n) => n) }).length).toBeLessThan(20_000);
  const long = auditDetailText({ text: "x".repeat(50_000) });
  expect(JSON.parse(long)).toMatchObject({ isCut: true });
  expect(long.length).toBeLessThan(2_000);
});

const attempt: RefusedAttempt = {
  actorKind: "user",
  actor: "eve",
  action: "users:manage",
  target: "POST /api/v1/users",
  address: "192.0.2.7",
  code: "auth.not-allowed",
};

test("the same refusal within a minute is counted, not repeated", () => {
  const notes: AuditEntry[] = [];
  const count = createRefusalCount((entry) => notes.push(entry));
  for (let n = 0; n < 50; n += 1) count.add(attempt, n * 100);
  count.add({ ...attempt, actor: "mallory" }, 5_000);
  expect(notes.map(({ actor, detail }) => [actor, detail])).toEqual([
    ["eve", { code: "auth.not-allowed" }],
    ["mallory", { code: "auth.not-allowed" }],
  ]);
  count.sweep(59_999);
  expect(notes).toHaveLength(2);
  count.sweep(60_000);
  expect(notes[2]?.detail).toEqual({ code: "auth.not-allowed", repeated: 49, since: "1970-01-01T00:00:00.000Z" });
  count.add(attempt, 61_000);
  expect(notes).toHaveLength(4);
  count.end();
  expect(notes).toHaveLength(4);
});

test("somebody who tries everything does not fill the trail", () => {
  const notes: AuditEntry[] = [];
  const count = createRefusalCount((entry) => notes.push(entry));
  for (let n = 0; n < 5_000; n += 1) count.add({ ...attempt, address: `2001:db8::${n.toString(16)}` }, n);
  expect(notes).toHaveLength(100);
  count.end();
  expect(notes).toHaveLength(101);
  expect(notes[100]).toMatchObject({ action: "access:refuse", detail: { others: 4_900 } });
});
