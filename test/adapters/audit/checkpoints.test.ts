import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readTrailState } from "../../../adapters/audit/audit-book.ts";
import { createAuditSigner, createAuditVerifier } from "../../../adapters/audit/audit-keys.ts";
import { createCheckpointFile } from "../../../adapters/audit/checkpoint-file.ts";
import { acceptTrail } from "../../../adapters/audit/checkpointer.ts";
import { verifyDatabase } from "../../../adapters/audit/create-audit.ts";
import { type AuditCheckpoint, checkpointText, cutText } from "../../../domain/access/audit-checkpoint.ts";
import { ENGINES, type OpenedEngine } from "../database/engines.ts";
import { type AuditUnderTest, allOf, openAudit, recordMany, SEED } from "./audit-under-test.ts";
import { asInsider, rechain, setHead } from "./tamper.ts";

const WITHIN_MS = 60_000;
const DAY_MS = 86_400_000;
const signer = createAuditSigner(SEED);
const postgres = ENGINES.find(({ name }) => name === "plain PostgreSQL");

describe("the file of checkpoints", () => {
  const folder = mkdtempSync(join(tmpdir(), "antbox-checkpoints-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const aCheckpoint = (seq: number, kind: AuditCheckpoint["kind"] = "checkpoint") => ({
    kind,
    seq,
    hash: "0".repeat(64),
    at: "2026-11-25T00:00:00.000Z",
    reason: "",
    signature: "AAAA",
  });
  const seqs = async (path: string) => {
    const read: number[] = [];
    for await (const { seq } of await createCheckpointFile(path).read()) read.push(seq);
    return read;
  };

  test("gives back what was appended, from the newest restart on", async () => {
    const path = join(folder, "one.jsonl");
    const file = createCheckpointFile(path);
    expect(await file.newest()).toBeNull();
    expect(await seqs(path)).toEqual([]);
    for (const seq of [1, 2, 3]) await file.append(aCheckpoint(seq));
    expect(await seqs(path)).toEqual([1, 2, 3]);
    await file.append(aCheckpoint(2, "restart"));
    await file.append(aCheckpoint(4));
    expect(await seqs(path)).toEqual([2, 4]);
    expect(await file.newest()).toEqual(aCheckpoint(4));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("survives half a line", async () => {
    const path = join(folder, "two.jsonl");
    const file = createCheckpointFile(path);
    await file.append(aCheckpoint(1));
    appendFileSync(path, '{"kind":"checkpoint","seq":2,"ha');
    expect(await seqs(path)).toEqual([1]);
    await file.append(aCheckpoint(3));
    expect(await seqs(path)).toEqual([1, 3]);
  });

  test("does not tell of what is appended while it is read", async () => {
    const path = join(folder, "three.jsonl");
    const file = createCheckpointFile(path);
    await file.append(aCheckpoint(1));
    const reading = await file.read();
    await file.append(aCheckpoint(2));
    expect((await allOf(reading)).map(({ seq }) => seq)).toEqual([1]);
  });
});

test("the public key checks what the private one signed, a former key counts, another one does not", () => {
  const other = createAuditSigner(new Uint8Array(32).fill(9));
  const rotated = createAuditSigner(new Uint8Array(32).fill(9), [SEED]);
  const signature = signer.sign("text");
  expect(createAuditVerifier([signer.publicKey]).isSigned("text", signature)).toBe(true);
  expect(createAuditVerifier([signer.publicKey]).isSigned("texts", signature)).toBe(false);
  expect(createAuditVerifier([other.publicKey]).isSigned("text", signature)).toBe(false);
  expect(rotated.isSigned("text", signature)).toBe(true);
  expect(rotated.publicKey).toBe(other.publicKey);
  expect(signer.isSigned("text", "not base64 !")).toBe(false);
  expect(() => createAuditVerifier(["AAAA"])).toThrow();
});

describe.skipIf(postgres?.isMissing !== false)("checkpoints and retention", () => {
  let opened: OpenedEngine;
  const url = () => opened.url ?? "";
  beforeAll(async () => {
    if (!postgres) throw new Error("no such engine");
    opened = await postgres.open();
    await opened.database.whenReady();
  });
  afterAll(() => opened?.dispose());

  const fileOf = (audit: AuditUnderTest) => createCheckpointFile(join(audit.dataDir, "audit-checkpoints.jsonl"));
  const newestOf = async (audit: AuditUnderTest) => (await fileOf(audit).newest())?.seq ?? null;

  test("the first rows are signed soon, further ones after a minute or 1,000 rows, and each line is logged", async () => {
    const audit = openAudit(opened.database, { lookMs: 20 });
    try {
      await recordMany(audit, 2);
      await vi.waitFor(async () => expect(await newestOf(audit)).not.toBeNull());
      const { head } = await readTrailState(opened.database);
      await audit.checkpointer.checkpoint();
      expect(await newestOf(audit)).toBe(head.seq);
      await recordMany(audit, 5);
      await sleep(150);
      expect(await newestOf(audit)).toBe(head.seq);
      await opened.database.query(
        `insert into audit.entry (actor_kind, actor, action, outcome)
          select 'user', 'eve', 'user:update', 'done' from generate_series(1, 1000)`,
      );
      await vi.waitFor(async () => expect(await newestOf(audit)).toBe(head.seq + 1_005));
      const newest = await fileOf(audit).newest();
      expect(newest && signer.isSigned(checkpointText(newest), newest.signature)).toBe(true);
      await vi.waitFor(() =>
        expect(audit.log.lines.map(({ facts }) => facts)).toContainEqual({
          event: "audit.checkpoint",
          checkpoint: newest,
        }),
      );
      expect(await audit.book.verify(WITHIN_MS)).toMatchObject({ ok: true, checkpoint: { isGood: true } });
    } finally {
      await audit.dispose();
    }
  });

  test("only the active process signs, and it signs what is left when it stops", async () => {
    let isActive = false;
    const audit = openAudit(opened.database, { lookMs: 20, isActive: () => isActive });
    await recordMany(audit, 1);
    await sleep(100);
    expect(await newestOf(audit)).toBeNull();
    isActive = true;
    await vi.waitFor(async () => expect(await newestOf(audit)).not.toBeNull());
    await recordMany(audit, 3);
    const { head } = await readTrailState(opened.database);
    await audit.close();
    expect(await newestOf(audit)).toBe(head.seq);
    await audit.dispose();
  });

  test("after a restore a person accepts the older state, and it goes on from there", async () => {
    const audit = openAudit(opened.database, { lookMs: 20 });
    try {
      await recordMany(audit, 4);
      await audit.checkpointer.checkpoint();
      const { head } = await readTrailState(opened.database);
      await asInsider(url(), async (client) => {
        await client.query("delete from audit.entry where seq > $1", [head.seq - 2]);
        await setHead(client);
      });
      await vi.waitFor(() => expect(audit.problem()).not.toBeNull());
      await recordMany(audit, 1);
      expect((await audit.book.verify(WITHIN_MS)).ok).toBe(false);
      const accepted = await acceptTrail(
        { database: opened.database, file: fileOf(audit), signer },
        "restored the backup of Monday",
      );
      expect(accepted.seq).toBe(head.seq - 1);
      await vi.waitFor(() => expect(audit.problem()).toBeNull());
      await recordMany(audit, 3);
      await audit.checkpointer.checkpoint();
      expect(await audit.book.verify(WITHIN_MS)).toMatchObject({
        ok: true,
        checkpoint: { seq: head.seq + 2, isGood: true },
      });
      expect(readFileSync(join(audit.dataDir, "audit-checkpoints.jsonl"), "utf8")).toContain("the backup of Monday");
    } finally {
      await audit.dispose();
    }
  });

  test("a checkpoint of an unknown key is not built upon", async () => {
    const audit = openAudit(opened.database, { isActive: () => false });
    try {
      const { head } = await readTrailState(opened.database);
      const line = { kind: "checkpoint", ...head, at: "2026-11-25T00:00:00.000Z", reason: "", signature: "AAAA" };
      writeFileSync(join(audit.dataDir, "audit-checkpoints.jsonl"), `${JSON.stringify(line)}\n`);
      await recordMany(audit, 1);
      await audit.checkpointer.checkpoint();
      expect(audit.problem()).toMatchObject({ what: expect.stringContaining("no known key") });
      expect(await audit.book.verify(WITHIN_MS)).toMatchObject({ ok: false, checkpoint: { isGood: false } });
    } finally {
      await audit.dispose();
    }
  });

  test("the oldest rows leave in time, with a signed marker from which the chain verifies", async () => {
    const audit = openAudit(opened.database);
    try {
      await recordMany(audit, 5);
      const { head } = await readTrailState(opened.database);
      const firstKept = head.seq - 2;
      await asInsider(url(), async (client) => {
        await client.query("update audit.entry set at = at - interval '200 days' where seq < $1", [firstKept]);
        await rechain(client, 1);
      });
      expect(await audit.cut(Date.now(), 210)).toBe(0);
      await audit.checkpointer.checkpoint();
      expect(await audit.cut(Date.now(), 150)).toBe(firstKept - 1);
      const state = await readTrailState(opened.database);
      expect(state).toMatchObject({ first: { seq: firstKept }, count: 4, newest: head.seq + 1 });
      const { cut } = state;
      expect(
        signer.isSigned(
          cutText({ firstSeq: state.first.seq, prev: state.first.prev, signedAt: cut?.signedAt ?? "" }),
          cut?.signature ?? "",
        ),
      ).toBe(true);
      expect(await audit.book.verify(WITHIN_MS)).toMatchObject({ ok: true, rows: 4, checkpoint: { isGood: true } });
      const { items } = await audit.book.list({ action: "audit:cut" }, { before: null, limit: 1 });
      expect(JSON.parse(items[0]?.detail ?? "")).toMatchObject({ rows: firstKept - 1, firstSeq: firstKept, days: 150 });
      expect(await audit.cut(Date.now(), 150)).toBe(0);
      await recordMany(audit, 2);
      await audit.checkpointer.checkpoint();
      expect((await audit.book.verify(WITHIN_MS)).ok).toBe(true);
    } finally {
      await audit.dispose();
    }
  });

  test("nobody can cut what is young, nor without the platform's signature", async () => {
    const audit = openAudit(opened.database);
    const { database } = opened;
    try {
      const { head, first } = await readTrailState(database);
      const prevOf = async (seq: number) =>
        (await database.query("select encode(prev, 'hex') as prev from audit.entry where seq = $1", [seq]))[0]?.[
          "prev"
        ];
      const cut = async (seq: number, before: number) =>
        database.query("select audit.cut($1, decode($2, 'hex'), $3::timestamptz, 'now', 'AAAA')", [
          seq,
          await prevOf(seq),
          new Date(before).toISOString(),
        ]);
      await expect(cut(head.seq, Date.now())).rejects.toThrow("90 days");
      await expect(cut(head.seq, Date.now() - 100 * DAY_MS)).rejects.toThrow("younger rows");
      await expect(cut(head.seq + 5, Date.now() - 100 * DAY_MS)).rejects.toThrow("not as it was signed");
      await asInsider(url(), async (client) => {
        await client.query("update audit.entry set at = at - interval '200 days' where seq = $1", [first.seq]);
        await rechain(client, first.seq);
      });
      // Old enough for the database, but nobody has signed it.
      await cut(first.seq + 1, Date.now() - 100 * DAY_MS);
      const { ok, firstBad } = await verifyDatabase({
        database,
        file: createCheckpointFile("none"),
        keys: signer,
        withinMs: WITHIN_MS,
        pageRows: 100,
      });
      expect({ ok, firstBad }).toMatchObject({ ok: false, firstBad: { seq: first.seq + 1 } });
    } finally {
      await audit.dispose();
    }
  });
});
