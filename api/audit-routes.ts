import { z } from "zod";
import { EXPORTED_COLUMNS, exportedLines, exportedPages } from "../adapters/audit/export-rows.ts";
import { writeCsv } from "../adapters/documents/write-csv.ts";
import type { AuditRow } from "../domain/access/audit-chain.ts";
import { AUDIT_ACTOR_KINDS, AUDIT_OUTCOMES } from "../domain/access/audit-entry.ts";
import type { AuditFilter } from "../domain/access/audit-report.ts";
import { AppError } from "../domain/errors.ts";
import { actorOf } from "./audit-actor.ts";
import { limitUpTo, listOf } from "./lists.ts";
import { defineRoute, type Route } from "./route.ts";
import { fileStamp, startPages } from "./start-pages.ts";

const CSV_TYPE = "text/csv; charset=utf-8; header=present";
const JSON_LINES_TYPE = "application/jsonl; charset=utf-8";

/** About 600,000 rows on 2 cores; the command line takes any number. */
const VERIFY_WITHIN_MS = 20_000;

const Filter = {
  actor: z.string().max(120).optional().describe("Exactly this user name"),
  action: z
    .string()
    .regex(/^[a-z-]{1,40}(:[a-z-]{1,40})?$/)
    .optional()
    .describe("Such as `user:update`; or `user` for all that was done to users"),
  outcome: z.enum(AUDIT_OUTCOMES).optional(),
  target: z.string().max(200).optional().describe("Exactly this target"),
  from: z.iso.datetime().optional().describe("Not before this time"),
  to: z.iso.datetime().optional().describe("Before this time"),
};
const ListQuery = z.strictObject({
  ...Filter,
  limit: limitUpTo(500, 100),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
});
const ExportQuery = z.strictObject({
  ...Filter,
  format: z
    .enum(["csv", "json"])
    .default("csv")
    .describe("`json`: one object per line, as they were hashed; `npm run audit -- verify --from` reads them"),
});

const Entry = z
  .strictObject({
    seq: z.int().min(1).describe("From 1, without gaps"),
    at: z.iso.datetime().describe("UTC, with microseconds"),
    actorKind: z.enum(AUDIT_ACTOR_KINDS),
    actor: z.string().describe("User name, or name of a service token; empty for strangers and the platform"),
    action: z.string(),
    outcome: z.enum(AUDIT_OUTCOMES),
    target: z.string(),
    address: z.string().describe("Of the client"),
    detail: z.record(z.string(), z.unknown()),
    hash: z.string().describe("SHA-256 over this entry and the hash of the one before"),
  })
  .meta({ id: "AuditEntry" });

const Verification = z
  .strictObject({
    ok: z.boolean(),
    rows: z.int().min(0).describe("Rows that were looked at, up to the first bad one"),
    durationMs: z.int().min(0),
    firstBad: z.strictObject({ seq: z.int(), what: z.string() }).nullable(),
    checkpoint: z
      .strictObject({ seq: z.int(), at: z.iso.datetime(), isGood: z.boolean() })
      .nullable()
      .describe("The newest signed checkpoint outside the table; null when this process has none"),
    publicKey: z.string().describe("Ed25519 (SPKI, base64): checks the signatures of checkpoints"),
  })
  .meta({ id: "AuditVerification" });

const tag = "Audit";

/** What the database answers, or a problem that says it is away. */
function stored<T>(work: Promise<T>): Promise<T> {
  return work.catch((cause: unknown) => {
    if (cause instanceof AppError) throw cause;
    throw new AppError("storage.unavailable", "the database cannot be reached", { cause, retryable: true });
  });
}

function entryOf({ prev: _prev, detail, actorKind, outcome, ...row }: AuditRow): z.infer<typeof Entry> {
  return {
    ...row,
    actorKind: actorKind as z.infer<typeof Entry>["actorKind"],
    outcome: outcome as z.infer<typeof Entry>["outcome"],
    detail: JSON.parse(detail) as Record<string, unknown>,
  };
}

export const AUDIT_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/audit",
    access: "audit:read",
    tag,
    summary: { "zh-CN": "审计日志，新的在前", en: "The audit trail, the newest entry first" },
    query: ListQuery,
    answer: { status: 200, description: "Entries by number", schema: listOf(Entry, "AuditEntryList") },
    refusals: [429, 503],
    isCostly: true,
    async handle({ query }, { context }) {
      const { limit, cursor, ...filter } = query;
      const before = cursor === undefined ? null : Number(cursor);
      const { items, total } = await stored(context.auditBook.list(filter, { before, limit: limit + 1 }));
      const shown = items.slice(0, limit);
      const nextCursor = items.length > limit ? String(shown.at(-1)?.seq) : null;
      return { kind: "json", body: { items: shown.map(entryOf), nextCursor, total } };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/audit/verify",
    access: "audit:read",
    tag,
    summary: { "zh-CN": "校验审计日志", en: "Verifies the audit trail" },
    answer: {
      status: 200,
      description:
        "Every row against the one before, the last one against the head, all against the signed checkpoints",
      schema: Verification,
    },
    refusals: [429, 503, 504],
    isCostly: true,
    isLong: true,
    async handle(_request, { context }) {
      return { kind: "json", body: await stored(context.auditBook.verify(VERIFY_WITHIN_MS)) };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/audit/export",
    access: "audit:export",
    tag,
    summary: { "zh-CN": "导出审计日志：CSV 或 JSON 行", en: "The audit trail as a file: CSV or JSON lines" },
    query: ExportQuery,
    answer: {
      status: 200,
      description: "Oldest first. Texts that a spreadsheet would take for formulas are neutralised in CSV, not in JSON",
      contentType: CSV_TYPE,
      otherTypes: [JSON_LINES_TYPE],
    },
    refusals: [429, 503],
    isCostly: true,
    isLong: true,
    async handle({ query, session, address }, { context, clock }) {
      const { format, ...filter } = query;
      const detail = { format, ...(filter satisfies AuditFilter) };
      await context.audit.record({ ...actorOf(session, address), action: "audit:export", outcome: "done", detail });
      const pages = await stored(startPages(context.auditBook.export(filter)));
      const stamp = fileStamp(clock());
      return format === "csv"
        ? {
            kind: "stream",
            contentType: CSV_TYPE,
            fileName: `antbox-audit-${stamp}.csv`,
            chunks: writeCsv({ columns: EXPORTED_COLUMNS, pages: exportedPages(pages) }),
          }
        : {
            kind: "stream",
            contentType: JSON_LINES_TYPE,
            fileName: `antbox-audit-${stamp}.jsonl`,
            chunks: exportedLines(pages),
          };
    },
  }),
];
