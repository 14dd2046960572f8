import { Readable } from "node:stream";
import { ZipFile } from "yazl";
import {
  type ExportCell,
  type ExportColumn,
  type ExportPage,
  type ExportTable,
  neutraliseFormula,
} from "../../domain/telemetry/export-table.ts";
import {
  columnLetters,
  contentTypes,
  escapeXml,
  ROOT_RELATIONS,
  STYLES,
  TIME_STYLE,
  workbookRelations,
  workbookXml,
} from "./xlsx-parts.ts";

/** Of the file format. */
const MOST_ROWS = 1_048_576;
const DAY_MS = 86_400_000;
/** 1970-01-01 in the days that spreadsheets count. */
const EPOCH_DAY = 25_569;

/**
 * A table as an Excel workbook. Times are date cells in UTC; texts are text cells, never formulas, and neutralised for
 * whoever saves the sheet as CSV. What is longer than a sheet goes on in the next one, with the names again.
 *
 * The sheet is packed while it is read: of the file only some pages are in memory, however long it gets.
 *
 * @param mostRows rows of one sheet, its names included
 */
export async function* writeXlsx({ columns, pages }: ExportTable, mostRows = MOST_ROWS): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile();
  const source = takeRows(pages);
  const addSheets = async () => {
    let sheets = 0;
    while (sheets === 0 || (await source.hasMore())) {
      sheets += 1;
      await addStream(zip, `xl/worksheets/sheet${sheets}.xml`, sheetXml(columns, source, mostRows));
    }
    const parts = {
      ...STATIC_PARTS,
      "xl/workbook.xml": workbookXml(sheets),
      "xl/_rels/workbook.xml.rels": workbookRelations(sheets),
    };
    for (const [name, text] of Object.entries({ ...parts, "[Content_Types].xml": contentTypes(sheets) })) {
      zip.addBuffer(Buffer.from(text), name);
    }
    zip.end();
  };
  const output = zip.outputStream as Readable;
  addSheets().catch((error: unknown) => output.destroy(error instanceof Error ? error : new Error(String(error))));
  yield* output as AsyncIterable<Uint8Array>;
}

const STATIC_PARTS = { "_rels/.rels": ROOT_RELATIONS, "xl/styles.xml": STYLES };

/** Resolves when the whole stream was packed. */
function addStream(zip: ZipFile, name: string, text: AsyncIterable<string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = Readable.from(text, { highWaterMark: 1 });
    stream.once("end", resolve);
    stream.once("error", reject);
    zip.addReadStream(stream, name, { compress: true });
  });
}

type RowSource = ReturnType<typeof takeRows>;

/** Hands out the rows of all pages, some at a time. */
function takeRows(pages: AsyncIterable<ExportPage>) {
  const iterator = pages[Symbol.asyncIterator]();
  let page: ExportPage = [];
  let at = 0;
  let isDone = false;

  /** Looks into the next pages, until one has rows. */
  async function hasMore(): Promise<boolean> {
    while (!isDone && at >= (page[0]?.length ?? 0)) {
      const next = await iterator.next();
      isDone = next.done === true;
      page = next.done ? [] : next.value;
      at = 0;
    }
    return !isDone;
  }

  return {
    hasMore,
    /** @returns some rows of the present page, from `first` up to `end`; null at the end */
    async take(most: number): Promise<{ page: ExportPage; first: number; end: number } | null> {
      if (!(await hasMore())) return null;
      const first = at;
      at = Math.min(page[0]?.length ?? 0, first + most);
      return { page, first, end: at };
    },
  };
}

async function* sheetXml(
  columns: readonly ExportColumn[],
  source: RowSource,
  mostRows: number,
): AsyncGenerator<string> {
  const letters = columns.map((_, index) => columnLetters(index));
  yield SHEET_START;
  yield `<row r="1">${columns.map(({ name }, index) => textCell(`${letters[index]}1`, name)).join("")}</row>`;
  let row = 2;
  while (row <= mostRows) {
    const some = await source.take(mostRows - row + 1);
    if (some === null) break;
    let text = "";
    for (let index = some.first; index < some.end; index += 1, row += 1) {
      text += `<row r="${row}">${rowXml(columns, letters, some.page, index, row)}</row>`;
    }
    yield text;
  }
  yield "</sheetData></worksheet>";
}

const SHEET_START =
  '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
  '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0">' +
  '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
  '<cols><col min="1" max="2" width="20" customWidth="1"/></cols><sheetData>';

function rowXml(
  columns: readonly ExportColumn[],
  letters: readonly string[],
  page: ExportPage,
  index: number,
  row: number,
): string {
  let text = "";
  for (const [place, column] of columns.entries()) {
    const value = page[place]?.[index] ?? null;
    if (value !== null) text += cellXml(column, `${letters[place]}${row}`, value);
  }
  return text;
}

function cellXml({ type }: ExportColumn, address: string, value: Exclude<ExportCell, null>): string {
  if (typeof value === "string") return textCell(address, value);
  if (typeof value === "boolean") return `<c r="${address}" t="b"><v>${value ? 1 : 0}</v></c>`;
  if (type === "time") return `<c r="${address}" s="${TIME_STYLE}"><v>${value / DAY_MS + EPOCH_DAY}</v></c>`;
  return Number.isFinite(value) ? `<c r="${address}"><v>${value}</v></c>` : "";
}

function textCell(address: string, text: string): string {
  return `<c r="${address}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(neutraliseFormula(text))}</t></is></c>`;
}
