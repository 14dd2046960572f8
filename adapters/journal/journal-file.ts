import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { JournalEntry, NewJournalEntry } from "../../domain/telemetry/journal-entry.ts";
import type { JournalGap, QuarantinedEntry } from "./journal.ts";

const PAGE_BYTES = 4096;
export const WAL_LIMIT_BYTES = 16_777_216;

// An id never comes again (autoincrement), so that a late acknowledgement hits nothing. The body comes last: what stands
// behind a long one could only be read together with it.
const SCHEMA = `
  create table if not exists entry (id integer primary key autoincrement, site text not null, slot text not null,
    profile text not null, attempts integer not null default 0, acked_at integer, body blob not null,
    unique (site, slot)) strict;
  create table if not exists quarantine (id integer primary key, site text not null, slot text not null,
    profile text not null, attempts integer not null, error text not null, at integer not null, body blob not null) strict;
  create table if not exists gap (first_slot text not null, last_slot text not null, entries integer not null,
    reason text not null, at integer not null) strict;`;
// Only where acknowledged entries stay are the others to be told apart; elsewhere these would cost a tenth of each append.
const KEEPING = `
  create index if not exists entry_acked on entry (acked_at, id) where acked_at is not null;
  create index if not exists entry_unsettled on entry (acked_at) where acked_at is null;`;
const FORGETTING = `
  drop index if exists entry_acked;
  drop index if exists entry_unsettled;
  delete from entry where acked_at is not null;`;

type EntryRow = { id: number; site: string; slot: string; profile: string; body: Uint8Array; attempts: number };
type Sql = ReturnType<typeof prepareAll>;

/** The SQLite file behind the journal: one connection, one owner, every commit on the disk before it returns. */
export type JournalFile = ReturnType<typeof openJournalFile>;

/**
 * @param capBytes size that the file never exceeds
 * @param keepAcknowledged entries stay after their acknowledgement; otherwise what a former run left of them goes
 * @throws the error of SQLite: locked by another process (5), not a database (26), corrupt (11)
 */
export function openJournalFile(path: string, capBytes: number, keepAcknowledged: boolean) {
  const database = new DatabaseSync(path);
  try {
    database.exec(`pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full;
      pragma journal_size_limit = ${WAL_LIMIT_BYTES}; pragma wal_autocheckpoint = ${WAL_LIMIT_BYTES / PAGE_BYTES}; pragma max_page_count = ${Math.max(64, Math.floor(capBytes / PAGE_BYTES))}`);
    database.exec(SCHEMA);
    database.exec(keepAcknowledged ? KEEPING : FORGETTING);
    return operations(database, prepareAll(database, keepAcknowledged));
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepareAll(database: DatabaseSync, keepAcknowledged: boolean) {
  const sql = (text: string): StatementSync => database.prepare(text);
  const unsettled = keepAcknowledged ? "acked_at is null" : "true";
  const listed = "id in (select value from json_each(?))";
  return {
    insert: sql("insert or ignore into entry (site, slot, profile, body) values (?, ?, ?, ?)"),
    find: sql("select id from entry where site = ? and slot = ?"),
    read: sql("select id, site, slot, profile, body, attempts from entry where id = ? and acked_at is null"),
    unsettledIds: sql(`select id from entry where ${unsettled} and id > ? order by id limit ?`),
    countUnsettled: sql(`select count(*) as n from entry where ${unsettled}`),
    oldestSlot: sql(`select slot from entry where ${unsettled} order by id limit 1`),
    remove: sql(`delete from entry where ${listed}`),
    acknowledge: sql(`update entry set acked_at = ? where acked_at is null and ${listed}`),
    acknowledged: sql(`select id, site, slot from entry where acked_at is not null and id > ? order by id limit ?`),
    reopen: sql(`update entry set acked_at = null where acked_at is not null and ${listed}`),
    purge: sql("delete from entry where acked_at < ?"),
    purgeOldest: sql(`delete from entry where id in
      (select id from entry where acked_at is not null ${keepAcknowledged ? "" : "and false"} order by acked_at, id limit ?)`),
    span: sql(`select min(slot) as first, max(slot) as last, count(*) as n from entry where ${listed}`),
    addGap: sql("insert into gap (first_slot, last_slot, entries, reason, at) values (?, ?, ?, ?, ?)"),
    gaps: sql("select first_slot, last_slot, entries, reason, at from gap order by at desc, rowid desc limit ?"),
    dropped: sql("select coalesce(sum(entries), 0) as n from gap"),
    toQuarantine: sql(`insert or replace into quarantine (id, site, slot, profile, body, attempts, error, at)
      select id, site, slot, profile, body, attempts, ?, ? from entry where id = ?`),
    removeOne: sql("delete from entry where id = ?"),
    quarantined: sql("select * from quarantine order by at desc, id desc limit ?"),
    countQuarantined: sql("select count(*) as n, coalesce(sum(length(body)), 0) as bytes from quarantine"),
    dropQuarantined: sql("delete from quarantine where id in (select id from quarantine order by at, id limit ?)"),
    expireQuarantined: sql("delete from quarantine where at < ?"),
    fromQuarantine: sql(`insert or ignore into entry (site, slot, profile, body, attempts)
      select site, slot, profile, body, attempts + 1 from quarantine order by id`),
    emptyQuarantine: sql("delete from quarantine"),
  };
}

function operations(database: DatabaseSync, sql: Sql) {
  const pragmaOf = (name: string) => {
    const statement = database.prepare(`pragma ${name}`);
    return () => Number(Object.values(statement.get() ?? {})[0]);
  };
  const pageCount = pragmaOf("page_count");
  const freePages = pragmaOf("freelist_count");
  const maxPages = pragmaOf("max_page_count")();
  const count = (statement: StatementSync) => Number(statement.get()?.["n"]);

  /** Runs the work in one transaction; on the disk when it returns. */
  function transact<T>(work: () => T): T {
    database.exec("begin immediate");
    try {
      const result = work();
      database.exec("commit");
      return result;
    } catch (error) {
      // SQLite may have rolled back by itself, as it does when the file is full.
      if (database.isTransaction) database.exec("rollback");
      throw error;
    }
  }

  return {
    transact,
    /** @returns the id, and whether the entry is new */
    insert({ siteId, slot, profile, body }: NewJournalEntry): { id: number; isNew: boolean } {
      const { changes, lastInsertRowid } = sql.insert.run(siteId, slot, profile, body);
      if (Number(changes) > 0) return { id: Number(lastInsertRowid), isNew: true };
      return { id: Number(sql.find.get(siteId, slot)?.["id"]), isNew: false };
    },
    read(id: number): JournalEntry | null {
      const row = sql.read.get(id) as EntryRow | undefined;
      return row ? entryFrom(row) : null;
    },
    unsettledIds: (afterId: number, limit: number) => sql.unsettledIds.all(afterId, limit).map(({ id }) => Number(id)),
    countUnsettled: () => count(sql.countUnsettled),
    oldestSlot(): string | null {
      const slot = sql.oldestSlot.get()?.["slot"];
      return typeof slot === "string" ? slot : null;
    },
    remove: (ids: readonly number[]) => Number(sql.remove.run(JSON.stringify(ids)).changes),
    acknowledge: (ids: readonly number[], atMs: number) =>
      Number(sql.acknowledge.run(atMs, JSON.stringify(ids)).changes),
    acknowledged: (afterId: number, limit: number) =>
      sql.acknowledged
        .all(afterId, limit)
        .map(({ id, site, slot }) => ({ id: Number(id), siteId: String(site), slot: String(slot) })),
    reopen: (ids: readonly number[]) => Number(sql.reopen.run(JSON.stringify(ids)).changes),
    purgeAcknowledged: (beforeMs: number) => Number(sql.purge.run(beforeMs).changes),
    purgeOldestAcknowledged: (limit: number) => Number(sql.purgeOldest.run(limit).changes),
    /** Drops entries and leaves a gap in their place. @returns how many there were */
    dropWithGap(ids: readonly number[], reason: string, atMs: number): number {
      const list = JSON.stringify(ids);
      const span = sql.span.get(list);
      const entries = Number(span?.["n"]);
      if (entries === 0) return 0;
      sql.remove.run(list);
      sql.addGap.run(String(span?.["first"]), String(span?.["last"]), entries, reason, atMs);
      return entries;
    },
    gaps: (limit: number): JournalGap[] =>
      sql.gaps.all(limit).map((row) => ({
        firstSlot: String(row["first_slot"]),
        lastSlot: String(row["last_slot"]),
        entries: Number(row["entries"]),
        reason: String(row["reason"]),
        at: Number(row["at"]),
      })),
    countDropped: () => count(sql.dropped),
    quarantine(id: number, error: string, atMs: number): number {
      sql.toQuarantine.run(error, atMs, id);
      return Number(sql.removeOne.run(id).changes);
    },
    quarantined: (limit: number): QuarantinedEntry[] =>
      sql.quarantined.all(limit).map((row) => ({
        ...entryFrom(row as EntryRow),
        error: String(row["error"]),
        at: Number(row["at"]),
      })),
    quarantineSize(): { entries: number; bytes: number } {
      const row = sql.countQuarantined.get();
      return { entries: Number(row?.["n"]), bytes: Number(row?.["bytes"]) };
    },
    dropOldestQuarantined: (limit: number) => Number(sql.dropQuarantined.run(limit).changes),
    expireQuarantined: (beforeMs: number) => Number(sql.expireQuarantined.run(beforeMs).changes),
    /** @returns how many came back; one whose site and slot are there again is dropped, for it is the same reply */
    takeBackQuarantined(): number {
      const { changes } = sql.fromQuarantine.run();
      sql.emptyQuarantine.run();
      return Number(changes);
    },
    /** Bytes that hold something; pages of deleted entries are used again before the file grows. */
    usedBytes: () => (pageCount() - freePages()) * PAGE_BYTES,
    /** True when the cap, and not the volume, keeps so many bytes from being written. */
    isNearCap: (bytes: number) => (maxPages - pageCount() + freePages()) * PAGE_BYTES < bytes,
    close: () => database.close(),
  };
}

function entryFrom({ id, site, slot, profile, body, attempts }: EntryRow): JournalEntry {
  return { id: Number(id), siteId: site, slot, profile, body, attempts: Number(attempts) };
}

/** SQLite's own number of a failure, such as 5 (busy), 11 (corrupt), 13 (full), 26 (not a database). */
export function sqliteCode(error: unknown): number | null {
  const code = error instanceof Error && "errcode" in error ? error.errcode : null;
  // The low byte is the kind; the rest says where it happened.
  return typeof code === "number" ? code & 0xff : null;
}
