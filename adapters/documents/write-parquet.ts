import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type {
  ExportCell,
  ExportColumn,
  ExportPage,
  ExportTable,
  ExportType,
} from "../../domain/telemetry/export-table.ts";

/** A row group is encoded at once: so many values are in memory, and the file stays quick to read. */
const GROUP_VALUES = 50_000;

const ELEMENTS: Readonly<Record<ExportType, Pick<SchemaElement, "type" | "converted_type" | "logical_type">>> = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  number: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
  time: {
    type: "INT64",
    converted_type: "TIMESTAMP_MILLIS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
  },
};

/**
 * A table as Apache Parquet, compressed with Snappy: times as UTC timestamps in milliseconds, a null where nothing was
 * measured. Texts stay as they are: nothing reads a formula out of this format.
 *
 * @returns the bytes of one row group at a time
 */
export async function* writeParquet({ columns, pages }: ExportTable): AsyncGenerator<Uint8Array> {
  const bytes = new ByteWriter();
  const file = new ParquetWriter({ writer: bytes, schema: schemaOf(columns) });
  const groupRows = Math.max(1, Math.floor(GROUP_VALUES / columns.length));
  let waiting: ExportPage[] = [];
  let rows = 0;
  const writeGroup = async () => {
    const data = columns.map(({ name, type }, index) => ({
      name,
      data: waiting.flatMap((page) => (page[index] ?? []).map((cell) => encodable(type, cell))),
    }));
    await file.write({ columnData: data, rowGroupSize: rows });
    waiting = [];
    rows = 0;
    return takeBytes(bytes);
  };

  for await (const page of pages) {
    waiting.push(page);
    rows += page[0]?.length ?? 0;
    if (rows >= groupRows) yield await writeGroup();
  }
  if (rows > 0) yield await writeGroup();
  await file.finish();
  yield takeBytes(bytes);
}

function schemaOf(columns: readonly ExportColumn[]): SchemaElement[] {
  const elements = columns.map(
    ({ name, type }): SchemaElement => ({ name, repetition_type: "OPTIONAL", ...ELEMENTS[type] }),
  );
  return [{ name: "root", num_children: columns.length }, ...elements];
}

function encodable(type: ExportType, cell: ExportCell): ExportCell | Date {
  return type === "time" && typeof cell === "number" ? new Date(cell) : cell;
}

/** What was written since the last time; the writer goes on counting its offset. */
function takeBytes(writer: ByteWriter): Uint8Array {
  const taken = writer.getBytes().slice();
  writer.index = 0;
  return taken;
}
