import { z } from "zod";
import { isInScope } from "../domain/access/site-scope.ts";
import { AppError } from "../domain/errors.ts";
import { ImportReport } from "../domain/telemetry/import-report.ts";
import { actorOf } from "./audit-actor.ts";
import { audited } from "./audited.ts";
import { defineRoute, type Route } from "./route.ts";
import { scopeOf } from "./visible-sites.ts";

/** A larger file is cut into several; the server gives an upload 30 s. */
const MAX_FILE_BYTES = 64 * 1024 ** 2;
const Flag = z.enum(["true", "false"]).default("false");
const ImportQuery = z.strictObject({
  dryRun: Flag.describe("`true` checks the file and stores nothing"),
  skipBadLines: Flag.describe("`true` stores the good lines of a file that has bad ones; otherwise nothing of it"),
});

export const IMPORT_ROUTES: readonly Route[] = [
  defineRoute({
    method: "POST",
    path: "/api/v1/import/history",
    access: "history:import",
    tag: "Import and export",
    summary: { "zh-CN": "从 CSV 导入历史数据", en: "Imports history from a CSV file" },
    query: ImportQuery,
    upload: { contentType: "text/csv", maxBytes: MAX_FILE_BYTES },
    answer: {
      status: 200,
      description:
        "What was found and stored. Columns: site, time (ISO 8601 with a zone), points of the catalogue; UTF-8. " +
        "What is stored already for a site and time stays as it is. Whoever is limited to some sites imports only into those",
      schema: ImportReport,
    },
    refusals: [429, 503],
    isCostly: true,
    isLong: true,
    async handle({ query, upload, session, address }, { context }) {
      const scope = scopeOf(session);
      const options = {
        isDryRun: query.dryRun === "true",
        skipsBadLines: query.skipBadLines === "true",
        isOpenTo(siteId: string) {
          const site = context.inventory.get(siteId);
          return site !== undefined && isInScope(scope, site);
        },
      };
      const run = () =>
        context.historyImport.run(upload, options).catch((cause: unknown) => {
          if (cause instanceof AppError) throw cause;
          const detail = "the database failed on the way: import the same file again to complete it";
          throw new AppError("storage.unavailable", detail, { cause, retryable: true });
        });
      if (options.isDryRun) return { kind: "json", body: await run() };
      const entry = { ...actorOf(session, address), action: "history:import" };
      const { skipsBadLines } = options;
      const report = await audited(context.audit, { ...entry, detail: { step: "begun", skipsBadLines } }, run);
      const { rows, added, sites, problemCount, isStored, from, to } = report;
      const detail = { step: "ended", rows, added, sites, problemCount, isStored, from, to };
      context.audit.note({ ...entry, outcome: isStored ? "done" : "failed", detail });
      return { kind: "json", body: report };
    },
  }),
];
