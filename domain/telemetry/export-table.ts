/** What one column of an export holds. */
export type ExportType = "text" | "number" | "boolean" | "time";
export type ExportColumn = { readonly name: string; readonly type: ExportType };
export type ExportCell = number | string | boolean | null;

/**
 * Some rows of an export, by columns of one length, in the order of its `ExportColumn`s. A time is milliseconds since
 * the Unix epoch.
 */
export type ExportPage = readonly (readonly ExportCell[])[];

/** A table of any length: it is made page by page while it is written, and never held whole. */
export type ExportTable = {
  readonly columns: readonly ExportColumn[];
  readonly pages: AsyncIterable<ExportPage>;
};

export const EXPORT_FORMATS = ["csv", "xlsx", "parquet"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const FORMULA_START = /^[=+\-@\t\r\n|％＝＋－＠]/;

/**
 * A text that no spreadsheet takes for a formula: what begins like one gets an apostrophe in front, which spreadsheets
 * read as "text follows". Texts may come from a controller; `=cmd|…` in one must not run on the desk of whoever opens
 * the file. Numbers are no texts: -5 stays -5.
 */
export function neutraliseFormula(text: string): string {
  return FORMULA_START.test(text) ? `'${text}` : text;
}
