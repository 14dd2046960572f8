import { auditDetailText, storableText } from "../../domain/access/audit-detail.ts";
import { AuditEntry, type AuditTrail } from "../../domain/access/audit-entry.ts";
import { AppError } from "../../domain/errors.ts";
import type { Log } from "../../domain/log.ts";
import { type AuditDatabase, codeOf, isRefusedForGood } from "./audit-database.ts";

export type AuditTrailOptions = {
  readonly database: AuditDatabase;
  readonly log: Pick<Log, "warn" | "error">;
  /** Milliseconds since the Unix epoch. */
  readonly clock?: () => number;
  /** Entries that wait for the database at most; further ones are counted. */
  readonly capacity?: number;
  /** For tests: the first wait after a failure. */
  readonly retryMs?: number;
};

export type AuditRecorder = AuditTrail & {
  /** `queued`: noted and not delivered yet; `dropped`: since the start. */
  stats(): { readonly written: number; readonly queued: number; readonly dropped: number };
  /** Tries once more to deliver what was noted; what is left goes to the log. */
  close(): Promise<void>;
};

type Noted = { readonly row: readonly string[]; readonly entry: AuditEntry; readonly atMs: number };

const CAPACITY = 1_000;
const BATCH = 100;
const RETRY_MS = 500;
const RETRY_MOST_MS = 10_000;
const CLOSE_WITHIN_MS = 3_000;
/** Delivered later than that, an entry also says when it happened. */
const LATE_MS = 2_000;
/** Places in a row, in the order of `NAMES`. */
const COLUMNS = [0, 1, 2, 3, 4, 5, 6] as const;
const NAMES = "actor_kind, actor, action, outcome, target, address, detail";
const APPEND = `insert into audit.entry (${NAMES}) values ($1, $2, $3, $4, $5, $6, $7)`;
// The order of the rows is the order in which the trigger numbers them.
const APPEND_ALL = `
  insert into audit.entry (${NAMES})
  select ${NAMES} from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
    with ordinality as noted (${NAMES}, place) order by place`;

/** The way into the audit trail; everything else about an entry is given by the database. */
export function createAuditTrail(options: AuditTrailOptions): AuditRecorder {
  const { database, log, clock = Date.now, capacity = CAPACITY, retryMs = RETRY_MS } = options;
  const queue: Noted[] = [];
  let written = 0;
  let dropped = 0;
  let gap: { count: number; sinceMs: number } | null = null;
  let delivering: Promise<void> | null = null;
  let waitMs = retryMs;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  /** All that is waiting, oldest first. @throws when the database is away: what is left stays in the queue */
  async function deliverAll(): Promise<void> {
    while (queue.length > 0) await deliver(queue.slice(0, BATCH).map(lateRow));
    if (!gap) return;
    const { count, sinceMs } = gap;
    gap = null;
    const detail = { count, since: new Date(sinceMs).toISOString(), until: new Date(clock()).toISOString() };
    try {
      await append(rowOf({ actorKind: "platform", actor: "", action: "audit:drop", outcome: "failed", detail }));
    } catch (error) {
      gap = { count: count + countOf(gap), sinceMs };
      throw error;
    }
  }

  /** The row, and when it happened if that was a while ago. */
  function lateRow({ row, entry, atMs }: Noted): readonly string[] {
    if (clock() - atMs <= LATE_MS) return row;
    return rowOf({ ...entry, detail: { ...entry.detail, happenedAt: new Date(atMs).toISOString() } });
  }

  /** @param rows the first of the queue */
  async function deliver(rows: readonly (readonly string[])[]): Promise<void> {
    try {
      const columns = COLUMNS.map((column) => rows.map((row) => row[column] ?? ""));
      await database.query(APPEND_ALL, columns, { name: "audit-append-all" });
      written += rows.length;
      queue.splice(0, rows.length);
    } catch (error) {
      if (!isRefusedForGood(error)) throw error;
      // One by one: a row that the server refuses must not hold up the others for ever.
      for (const row of rows) {
        await append(row);
        queue.shift();
      }
    }
  }

  async function append(row: readonly string[]): Promise<void> {
    try {
      await database.query(APPEND, row, { name: "audit-append" });
      written += 1;
    } catch (error) {
      if (!isRefusedForGood(error)) throw error;
      log.error({ code: codeOf(error), action: row[2] }, "the database refuses an entry of the audit trail");
      countDropped();
    }
  }

  function countDropped(): void {
    dropped += 1;
    gap = { count: (gap?.count ?? 0) + 1, sinceMs: gap?.sinceMs ?? clock() };
  }

  function deliverSoon(): void {
    if (delivering || isClosed || timer) return;
    delivering = deliverAll().then(
      () => {
        delivering = null;
        waitMs = retryMs;
        if (queue.length > 0) deliverSoon();
      },
      (error: unknown) => {
        delivering = null;
        log.warn({ code: codeOf(error), queued: queue.length }, "entries of the audit trail wait for the database");
        timer = setTimeout(() => {
          timer = undefined;
          deliverSoon();
        }, waitMs).unref();
        waitMs = Math.min(waitMs * 2, RETRY_MOST_MS);
      },
    );
  }

  return {
    async record(entry) {
      const row = rowOf(entry);
      try {
        await database.query(APPEND, row, { name: "audit-append" });
        written += 1;
      } catch (cause) {
        const isRefused = isRefusedForGood(cause);
        throw new AppError(
          isRefused ? "internal.unexpected" : "storage.unavailable",
          "nothing was changed: the audit trail cannot be written",
          { context: { action: row[2] ?? "" }, retryable: !isRefused, cause },
        );
      }
    },

    note(entry) {
      try {
        if (queue.length >= capacity || isClosed) countDropped();
        else queue.push({ row: rowOf(entry), entry, atMs: clock() });
        deliverSoon();
      } catch (error) {
        log.error({ reason: String(error) }, "an entry of the audit trail is not well-formed");
      }
    },

    stats: () => ({ written, queued: queue.length, dropped }),

    async close() {
      clearTimeout(timer);
      timer = undefined;
      const last = (delivering ?? Promise.resolve()).then(deliverAll);
      isClosed = true;
      const limit = Promise.withResolvers<void>();
      const limitTimer = setTimeout(limit.resolve, CLOSE_WITHIN_MS);
      await Promise.race([last.catch(() => undefined), limit.promise]);
      clearTimeout(limitTimer);
      for (const { entry } of queue) log.warn({ audit: entry }, "an entry of the audit trail was not delivered");
      if (gap) log.warn({ count: gap.count }, "entries of the audit trail were dropped");
    },
  };
}

/** Narrowed by hand: the compiler does not see that the gap may have opened again while it was awaited. */
function countOf(gap: { readonly count: number } | null): number {
  return gap?.count ?? 0;
}

/**
 * What is stored of an entry. Texts that came from outside are cut to what the table takes, so that nobody escapes the
 * trail with a long name.
 *
 * @throws {ZodError} for an action or an outcome that is none: a fault of the caller
 */
function rowOf(given: AuditEntry): readonly string[] {
  const { actorKind, actor, action, outcome, target, address, detail } = AuditEntry.parse({
    ...given,
    actor: storableText(given.actor, 120),
    target: storableText(given.target ?? "", 200),
    address: storableText(given.address ?? "", 64),
  });
  return [actorKind, actor, action, outcome, target, address, auditDetailText(detail)];
}
