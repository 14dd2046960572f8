import type { AuditRow } from "../../domain/access/audit-chain.ts";
import type { ExportColumn, ExportPage } from "../../domain/telemetry/export-table.ts";

const EXPORTED = [
  "seq",
  "at",
  "actorKind",
  "actor",
  "action",
  "outcome",
  "target",
  "address",
  "detail",
  "prev",
  "hash",
] as const satisfies readonly (keyof AuditRow)[];

/** Columns of a table of entries, as files have them. */
export const EXPORTED_COLUMNS: readonly ExportColumn[] = EXPORTED.map((name) => ({
  name,
  type: name === "seq" ? "number" : "text",
}));

export async function* exportedPages(pages: AsyncIterable<readonly AuditRow[]>): AsyncGenerator<ExportPage> {
  for await (const page of pages) yield EXPORTED.map((name) => page.map((row) => row[name]));
}

/** One JSON object a line: `readExportedRows` gives the rows back. */
export async function* exportedLines(pages: AsyncIterable<readonly AuditRow[]>): AsyncGenerator<string> {
  for await (const page of pages) {
    yield page.map((row) => `${JSON.stringify({ ...row, detail: JSON.parse(row.detail) })}\n`).join("");
  }
}
