import type { ExportFormat, ExportTable } from "../../domain/telemetry/export-table.ts";
import { writeCsv } from "./write-csv.ts";
import { writeParquet } from "./write-parquet.ts";
import { writeXlsx } from "./write-xlsx.ts";

/** How a table becomes a file: pieces of it, made while they are taken. */
export type ExportWriter = {
  readonly contentType: string;
  readonly write: (table: ExportTable) => AsyncIterable<string | Uint8Array>;
};

export const EXPORT_WRITERS: Readonly<Record<ExportFormat, ExportWriter>> = {
  csv: { contentType: "text/csv; charset=utf-8; header=present", write: writeCsv },
  xlsx: {
    contentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    write: (table) => writeXlsx(table),
  },
  parquet: { contentType: "application/vnd.apache.parquet", write: writeParquet },
};
