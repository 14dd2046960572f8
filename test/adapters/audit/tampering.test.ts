import type pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { readTrailState } from "../../../adapters/audit/audit-book.ts";
import { createAuditSigner } from "../../../adapters/audit/audit-keys.ts";
import { createCheckpointFile } from "../../../adapters/audit/checkpoint-file.ts";
import { verifyDatabase } from "../../../adapters/audit/create-audit.ts";
import { checkpointText } from "../../../domain/access/audit-checkpoint.ts";
import { onDatabase } from "../../services/on-database.ts";
import { ENGINES, type OpenedEngine } from "../database/engines.ts";
import { type AuditUnderTest, openAudit, recordMany, SEED } from "./audit-under-test.ts";
import { asInsider, rechain, renumber, setHead } from "./tamper.ts";

const WITHIN_MS = 60_000;
const ROWS = 12;
/** The row that an insider is after. */
const K = 8;

type Manipulation = {
  readonly name: string;
  /** The same on a table of the usual kind: rows with a number and a time, changes refused by triggers. */
  readonly onPlain: (client: pg.Client) => Promise<unknown>;
  readonly onChain: (client: pg.Client) => Promise<unknown>;
  readonly bad: number;
  /** Without checkpoints, too. */
  readonly isSeenByChain: boolean;
};

const MANIPULATIONS: readonly Manipulation[] = [
  {
    name: "edit",
    onPlain: (client) => client.query("update plain set actor = 'mallory' where id = $1", [K]),
    onChain: (client) => client.query("update audit.entry set actor = 'mallory' where seq = $1", [K]),
    bad: K,
    isSeenByChain: true,
  },
  {
    name: "edit, with a hash that fits",
    onPlain: (client) => client.query("update plain set actor = 'mallory' where id = $1", [K]),
    async onChain(client) {
      await client.query("update audit.entry set actor = 'mallory' where seq = $1", [K]);
      await client.query(
        "update audit.entry e set hash = sha256(convert_to(audit.canonical(e), 'UTF8')) where seq = $1",
        [K],
      );
    },
    bad: K,
    isSeenByChain: true,
  },
  {
    name: "delete",
    async onPlain(client) {
      await client.query("delete from plain where id = $1", [K]);
      await client.query("update plain set id = id - 1 where id > $1", [K]);
    },
    async onChain(client) {
      await client.query("delete from audit.entry where seq = $1", [K]);
    },
    bad: K,
    isSeenByChain: true,
  },
  {
    name: "delete, with numbers closed up",
    async onPlain(client) {
      await client.query("delete from plain where id = $1", [K]);
      await client.query("update plain set id = id - 1 where id > $1", [K]);
    },
    async onChain(client) {
      await client.query("delete from audit.entry where seq = $1", [K]);
      await renumber(client, K, -1);
      await setHead(client);
    },
    bad: K,
    isSeenByChain: true,
  },
  {
    name: "insert",
    async onPlain(client) {
      await client.query("update plain set id = -id where id >= $1", [K]);
      await client.query("update plain set id = -id + 1 where id < 0");
      await client.query("insert into plain select $1, at, 'mallory', action from plain where id = $1 - 1", [K]);
    },
    async onChain(client) {
      await renumber(client, K, 1);
      // The best that an insider can do: the new row itself fits.
      await client.query(
        `insert into audit.entry select $1::bigint, at, actor_kind, 'mallory', action, outcome, target, address, detail, hash, ''
          from audit.entry where seq = $1::bigint - 1`,
        [K],
      );
      await client.query(
        "update audit.entry e set hash = sha256(convert_to(audit.canonical(e), 'UTF8')) where seq = $1",
        [K],
      );
      await setHead(client);
    },
    bad: K,
    isSeenByChain: true,
  },
  {
    name: "reorder",
    onPlain: (client) =>
      client.query(
        `update plain p set actor = q.actor, action = q.action from plain q
          where p.id in ($1, $1 + 1) and q.id = 2 * $1 + 1 - p.id`,
        [K],
      ),
    async onChain(client) {
      await client.query("update audit.entry set seq = -seq where seq in ($1::int, $1 + 1)", [K]);
      await client.query("update audit.entry set seq = 2 * $1::int + 1 + seq where seq < 0", [K]);
    },
    bad: K,
    isSeenByChain: true,
  },
  {
    name: "cut tail",
    onPlain: (client) => client.query("delete from plain where id > $1", [K]),
    async onChain(client) {
      await client.query("delete from audit.entry where seq > $1", [K]);
      await setHead(client);
    },
    bad: K + 1,
    isSeenByChain: false,
  },
  {
    name: "re-chain from a row on",
    onPlain: (client) => client.query("update plain set actor = 'mallory' where id = $1", [K]),
    async onChain(client) {
      await client.query("update audit.entry set actor = 'mallory' where seq = $1", [K]);
      await rechain(client, K);
    },
    bad: K,
    isSeenByChain: false,
  },
  {
    name: "restore an old backup",
    async onPlain(client) {
      await client.query("truncate plain");
      await client.query("insert into plain select * from backup.plain");
    },
    async onChain(client) {
      await client.query("truncate audit.entry");
      await client.query("insert into audit.entry select * from backup.entry");
      await client.query("update audit.head h set seq = b.seq, hash = b.hash from backup.head b");
    },
    bad: K + 2,
    isSeenByChain: false,
  },
  {
    name: "restore an old backup, and go on from there",
    async onPlain(client) {
      await client.query("truncate plain");
      await client.query("insert into plain select * from backup.plain");
      await client.query("insert into plain select id + 9, at, actor, action from plain order by id limit 6");
    },
    async onChain(client) {
      await client.query("truncate audit.entry");
      await client.query("insert into audit.entry select * from backup.entry");
      await client.query("update audit.head h set seq = b.seq, hash = b.hash from backup.head b");
      await client.query("set session_replication_role = origin");
      await client.query(
        `insert into audit.entry (actor_kind, actor, action, outcome)
          select 'user', 'mallory', 'user:update', 'done' from generate_series(1, 6)`,
      );
    },
    // Row 7 is the last one that a checkpoint vouches for.
    bad: K,
    isSeenByChain: false,
  },
];

const postgres = ENGINES.find(({ name }) => name === "plain PostgreSQL");

describe.skipIf(postgres?.isMissing !== false)("T8: an insider with a superuser's rights", () => {
  let opened: OpenedEngine;
  let audit: AuditUnderTest;
  const url = () => opened.url ?? "";

  beforeAll(async () => {
    if (!postgres) throw new Error("no such engine");
    opened = await postgres.open();
    await opened.database.whenReady();
  });
  afterAll(() => opened?.dispose());

  beforeEach(async () => {
    await asInsider(url(), async (client) => {
      await client.query("truncate audit.entry");
      await client.query(
        "update audit.head set seq = 0, hash = decode(repeat('00', 32), 'hex'), first_seq = 1, first_prev = decode(repeat('00', 32), 'hex')",
      );
      await client.query("drop schema if exists backup cascade");
      await client.query("drop table if exists plain");
      await client.query("create schema backup");
    });
    audit = openAudit(opened.database);
    await recordMany(audit, K - 1);
    await audit.checkpointer.checkpoint();
    await recordMany(audit, 2);
    await asInsider(url(), async (client) => {
      await client.query("create table backup.entry as select * from audit.entry");
      await client.query("create table backup.head as select * from audit.head");
    });
    await recordMany(audit, ROWS - K - 1);
    await audit.checkpointer.checkpoint();
    await makePlain();
  });
  afterEach(() => audit.dispose());

  /** The same facts in a table as most programs have it. */
  async function makePlain(): Promise<void> {
    await onDatabase(url(), async (client) => {
      await client.query(
        "create table plain as select seq::int as id, at, actor, action from audit.entry order by seq",
      );
      await client.query("create table backup.plain as select * from plain where id <= 9");
      await client.query("alter table plain add unique (id) deferrable initially deferred");
      await client.query(
        "create trigger refuse before update or delete or truncate on plain for each statement execute function audit.refuse()",
      );
    });
  }

  /** All that such a table can tell of itself: numbers without gaps, times in order. */
  async function looksFine(): Promise<boolean> {
    const [row] = await opened.database.query(
      `select count(*) = max(id) and min(id) = 1 and bool_and(in_order) as is_fine
        from (select id, at >= coalesce(lag(at) over (order by id), at) or id > 9 as in_order from plain) as p`,
    );
    return row?.["is_fine"] === true;
  }

  const signer = createAuditSigner(SEED);
  const withoutCheckpoints = () =>
    verifyDatabase({
      database: opened.database,
      file: createCheckpointFile(`${audit.dataDir}/none`),
      keys: signer,
      withinMs: WITHIN_MS,
      pageRows: 5,
    });

  test("untouched, all is good", async () => {
    expect(await looksFine()).toBe(true);
    const result = await audit.book.verify(WITHIN_MS);
    expect(result).toMatchObject({ ok: true, rows: ROWS, firstBad: null, checkpoint: { seq: ROWS, isGood: true } });
    await expect(opened.database.query("delete from plain where id = 3")).rejects.toMatchObject({ sqlState: "42501" });
  });

  test.for(MANIPULATIONS)("$name: unseen in a plain table, found at row $bad here", async (manipulation) => {
    const { onPlain, onChain, bad, isSeenByChain } = manipulation;
    await asInsider(url(), onPlain);
    expect(await looksFine(), "the plain table").toBe(true);
    await asInsider(url(), onChain);
    expect((await withoutCheckpoints()).ok, "the chain without checkpoints").toBe(!isSeenByChain);
    const result = await audit.book.verify(WITHIN_MS);
    expect(result).toMatchObject({ ok: false, firstBad: { seq: bad } });
    expect(result.checkpoint).toMatchObject({ seq: ROWS, isGood: false });
  });

  test("first rows that are cut without a signed marker are missed", async () => {
    await asInsider(url(), async (client) => {
      await client.query("delete from audit.entry where seq <= 3");
    });
    expect(await audit.book.verify(WITHIN_MS)).toMatchObject({ ok: false, firstBad: { seq: 1 } });
    await asInsider(url(), async (client) => {
      await client.query(
        "update audit.head set first_seq = 4, first_prev = (select prev from audit.entry where seq = 4)",
      );
      await client.query("update audit.head set cut_signed_at = '2026-01-01T00:00:00.000Z', cut_signature = 'AAAA'");
    });
    expect(await audit.book.verify(WITHIN_MS)).toMatchObject({
      ok: false,
      firstBad: { seq: 4, what: expect.stringContaining("no signed marker") },
    });
  });

  test("a checkpoint that an insider wrote himself does not count", async () => {
    await asInsider(url(), async (client) => {
      await client.query("update audit.entry set actor = 'mallory' where seq = $1", [K]);
      await rechain(client, K);
    });
    const { head } = await readTrailState(opened.database);
    const file = createCheckpointFile(`${audit.dataDir}/audit-checkpoints.jsonl`);
    const forged = { kind: "restart" as const, ...head, at: "2026-11-25T00:00:00.000Z", reason: "nothing to see" };
    const mallory = createAuditSigner(new Uint8Array(32).fill(9));
    await file.append({ ...forged, signature: mallory.sign(checkpointText(forged)) });
    expect(await audit.book.verify(WITHIN_MS)).toMatchObject({ ok: false });
  });

  test("a cut tail is found by the platform itself, and gets no signature", async () => {
    const watching = openAudit(opened.database, { lookMs: 20, dataDir: audit.dataDir });
    try {
      await watching.checkpointer.checkpoint();
      expect(watching.problem()).toBeNull();
      await asInsider(url(), async (client) => {
        await client.query("delete from audit.entry where seq > $1", [K]);
        await setHead(client);
      });
      await vi.waitFor(() => expect(watching.problem()).toMatchObject({ seq: K + 1 }));
      // Going on does not hide it.
      await recordMany(watching, 10);
      await watching.checkpointer.checkpoint();
      expect(watching.problem()).not.toBeNull();
      const newest = await createCheckpointFile(`${audit.dataDir}/audit-checkpoints.jsonl`).newest();
      expect(newest?.seq).toBe(ROWS);
      expect(watching.log.texts("error")).toContainEqual(expect.stringContaining("does not continue"));
    } finally {
      await watching.dispose();
    }
  });
});
