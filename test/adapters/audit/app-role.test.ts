import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { openDatabase } from "../../../adapters/database/open-database.ts";
import { onDatabase } from "../../services/on-database.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { type AuditUnderTest, openAudit, recordMany } from "./audit-under-test.ts";

const server = inject("databaseUrl");
const WITHIN_MS = 60_000;

/** The statements of the manual, as they stand there. */
function documentedSql(): string {
  const text = readFileSync(path.resolve("docs/security.md"), "utf8");
  const sql = /<!-- tested: audit-roles -->\s*```sql\n([\s\S]*?)```/.exec(text)?.[1];
  if (!sql) throw new Error("docs/security.md has no statements for the audit roles");
  return sql;
}

describe.skipIf(server === null)("a platform that signs in as an ordinary owner of its database", () => {
  const suffix = randomBytes(4).toString("hex");
  const app = `antbox_${suffix}`;
  const owner = `antbox_audit_${suffix}`;
  const name = `antbox_test_roles_${suffix}`;
  let database: Database;
  let audit: AuditUnderTest;

  beforeAll(async () => {
    await onDatabase(`${server}/postgres`, async (client) => {
      await client.query(`create role ${app} login password 'app'`);
      await client.query(`create database ${name} owner ${app}`);
    });
    const url = new URL(`${server}/${name}`);
    url.username = app;
    url.password = "app";
    database = await openDatabase({ url: url.href, dataDir: "", log: recordedLog() });
    await database.whenReady();
    audit = openAudit(database);
  });
  afterAll(async () => {
    await audit?.dispose();
    await database?.close();
    await onDatabase(`${server}/postgres`, async (client) => {
      await client.query(`drop database if exists ${name} with (force)`);
      await client.query(`drop role if exists ${owner}`);
      await client.query(`drop role if exists ${app}`);
    });
  });

  const LIMITS = [
    "alter table audit.entry disable trigger all",
    "drop trigger append on audit.entry",
    "create or replace function audit.append() returns trigger language plpgsql as $$ begin return new; end $$",
    "alter table audit.entry add column x int",
    "drop table audit.entry",
    "drop schema audit cascade",
    "create table audit.other (x int)",
    "insert into audit.entry (seq, actor_kind, actor, action, outcome) values (1, 'user', 'eve', 'user:update', 'done')",
    "insert into audit.entry (at, actor_kind, actor, action, outcome) values (now(), 'user', 'eve', 'user:update', 'done')",
    "update audit.entry set actor = 'nobody'",
    "delete from audit.entry",
    "truncate audit.entry",
    "update audit.head set first_seq = 2",
    "delete from audit.head",
  ];

  test("can take its own triggers away: that is why the trail should not be its own", async () => {
    await recordMany(audit, 3);
    await database.query("alter table audit.entry disable trigger all");
    await database.query("alter table audit.entry enable trigger all");
  });

  test("is refused everything but appending, reading and cutting once the manual was followed", async () => {
    const sql = documentedSql()
      .replaceAll("antbox_audit", owner)
      .replaceAll(/\bantbox\b/g, app);
    await onDatabase(`${server}/${name}`, (client) => client.query(sql));
    for (const text of LIMITS) await expect(database.query(text), text).rejects.toMatchObject({ sqlState: "42501" });
    await recordMany(audit, 3);
    await audit.checkpointer.checkpoint();
    expect(await audit.cut(Date.now(), 400)).toBe(0);
    expect(await audit.book.verify(WITHIN_MS)).toMatchObject({ ok: true, rows: 6, checkpoint: { isGood: true } });
  });

  test("starts again on it", async () => {
    const url = new URL(`${server}/${name}`);
    url.username = app;
    url.password = "app";
    const again = await openDatabase({ url: url.href, dataDir: "", log: recordedLog() });
    await again.whenReady();
    await again.close();
  });
});
