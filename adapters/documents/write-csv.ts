import {
  type ExportCell,
  type ExportColumn,
  type ExportTable,
  neutraliseFormula,
} from "../../domain/telemetry/export-table.ts";

const NEEDS_QUOTES = /[",\r\n]/;

/**
 * A table as CSV (RFC 4180, UTF-8): a line of names, times as ISO 8601 in UTC, an empty field where nothing was measured.
 * Texts that a spreadsheet would take for formulas are neutralised.
 *
 * @returns pieces of text, one a page
 */
export async function* writeCsv({ columns, pages }: ExportTable): AsyncGenerator<string> {
  let text = `${columns.map(({ name }) => fieldOf(name)).join(",")}\r\n`;
  for await (const page of pages) {
    const rows = page[0]?.length ?? 0;
    for (let row = 0; row < rows; row += 1) {
      for (const [index, column] of columns.entries()) {
        if (index > 0) text += ",";
        text += cellOf(column, page[index]?.[row] ?? null);
      }
      text += "\r\n";
    }
    yield text;
    text = "";
  }
  if (text !== "") yield text;
}

function cellOf({ type }: ExportColumn, value: ExportCell): string {
  if (value === null) return "";
  if (type === "time" && typeof value === "number") return new Date(value).toISOString();
  return typeof value === "string" ? fieldOf(value) : String(value);
}

function fieldOf(value: string): string {
  const text = neutraliseFormula(value);
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
