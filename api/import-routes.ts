import { z } from "zod";
import { AppError } from "../domain/errors.ts";
import { ImportReport } from "../domain/telemetry/import-report.ts";
import { defineRoute, type Route } from "./route.ts";

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
        "What is stored already for a site and time stays as it is",
      schema: ImportReport,
    },
    refusals: [429, 503],
    isCostly: true,
    isLong: true,
    async handle({ query, upload }, { context }) {
      const options = { isDryRun: query.dryRun === "true", skipsBadLines: query.skipBadLines === "true" };
      const report = await context.historyImport.run(upload, options).catch((cause: unknown) => {
        if (cause instanceof AppError) throw cause;
        const detail = "the database failed on the way: import the same file again to complete it";
        throw new AppError("storage.unavailable", detail, { cause, retryable: true });
      });
      return { kind: "json", body: report };
    },
  }),
];
