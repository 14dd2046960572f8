import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import ExcelJs from "exceljs";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { afterAll, describe, expect, test, vi } from "vitest";
import { EXPORT_WRITERS } from "../../../adapters/documents/export-formats.ts";
import { writeXlsx } from "../../../adapters/documents/write-xlsx.ts";
import {
  EXPORT_FORMATS,
  type ExportColumn,
  type ExportPage,
  type ExportTable,
  neutraliseFormula,
} from "../../../domain/telemetry/export-table.ts";

vi.setConfig({ testTimeout: 120_000 });
const folder = mkdtempSync(join(tmpdir(), "antbox-export-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const T0_MS = Date.UTC(2026, 10, 25, 12, 0, 30);
const COLUMNS: ExportColumn[] = [
  { name: "site", type: "text" },
  { name: "time", type: "time" },
  { name: "supply_temp_c", type: "number" },
  { name: "circulation_pump_running", type: "boolean" },
  { name: "running_mode", type: "text" },
];
const HOSTILE = [
  "=cmd|' /C calc'!A0",
  "+1+1",
  "-2+3",
  "@SUM(A1)",
  "\t=1",
  'a "quote", and\r\na line',
  "<b>&amp;\u0001</b>",
  "正常",
];
const PAGES: ExportPage[] = [
  [
    ["site-001", "site-001", "site-001"],
    [T0_MS, T0_MS + 60_000, T0_MS + 120_000],
    [35.1, null, -5],
    [true, false, null],
    ["auto", null, HOSTILE[0] ?? ""],
  ],
  [
    HOSTILE.map(() => "site-002"),
    HOSTILE.map((_, index) => T0_MS + index * 1000),
    HOSTILE.map((_, index) => index / 10),
    HOSTILE.map(() => true),
    HOSTILE,
  ],
];
const ROWS = PAGES.flatMap((page) => (page[0] ?? []).map((_, row) => page.map((column) => column[row] ?? null)));

async function* pagesOf(pages: readonly ExportPage[]): AsyncGenerator<ExportPage> {
  yield* pages;
}
const table = (): ExportTable => ({ columns: COLUMNS, pages: pagesOf(PAGES) });

async function bytesOf(chunks: AsyncIterable<string | Uint8Array>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(Buffer.from(chunk));
  return Buffer.concat(all);
}

describe("CSV", () => {
  test("holds every row, as RFC 4180 writes it", async () => {
    const text = (await bytesOf(EXPORT_WRITERS.csv.write(table()))).toString("utf8");
    const [names, first, second, third] = text.split("\r\n");
    expect(names).toBe("site,time,supply_temp_c,circulation_pump_running,running_mode");
    expect(first).toBe("site-001,2026-11-25T12:00:30.000Z,35.1,true,auto");
    expect(second).toBe("site-001,2026-11-25T12:01:30.000Z,,false,");
    expect(third).toBe("site-001,2026-11-25T12:02:30.000Z,-5,,'=cmd|' /C calc'!A0");
    expect(text).toContain(`"a ""quote"", and\r\na line"`);
    expect(text.endsWith("\r\n")).toBe(true);
  });

  test("of nothing is a line of names", async () => {
    const text = await bytesOf(EXPORT_WRITERS.csv.write({ columns: COLUMNS, pages: pagesOf([]) }));
    expect(text.toString()).toBe("site,time,supply_temp_c,circulation_pump_running,running_mode\r\n");
  });
});

async function sheetsOf(bytes: Buffer): Promise<unknown[][][]> {
  const workbook = new ExcelJs.Workbook();
  await workbook.xlsx.load(bytes as unknown as ArrayBuffer);
  return workbook.worksheets.map((sheet) => {
    const rows: unknown[][] = [];
    sheet.eachRow((row) => rows.push(COLUMNS.map((_, index) => row.getCell(index + 1).value)));
    return rows;
  });
}

/** What a spreadsheet has of a cell: texts neutralised and without what XML cannot hold, times as dates. */
function asCell(value: unknown, { type }: ExportColumn): unknown {
  if (type === "time") return new Date(Number(value));
  return typeof value === "string" ? neutraliseFormula(value).replace("\u0001", "").replace("\r\n", "\n") : value;
}
const CELLS = ROWS.map((row) => row.map((value, index) => asCell(value, COLUMNS[index] as ExportColumn)));

describe("Excel", () => {
  test("is read back by a spreadsheet library: numbers, dates, states and texts", async () => {
    const [sheet = []] = await sheetsOf(await bytesOf(EXPORT_WRITERS.xlsx.write(table())));
    expect(sheet[0]).toEqual(COLUMNS.map(({ name }) => name));
    const found = sheet
      .slice(1)
      .map((row) => row.map((value) => (typeof value === "string" ? value.replace("\r\n", "\n") : value)));
    expect(found).toEqual(CELLS);
  });

  test.for([
    { mostRows: 5, sizes: [5, 5, 4] },
    { mostRows: 12, sizes: [12] },
    { mostRows: 7, sizes: [7, 6] },
  ])(
    "goes on in the next sheet where one is full ($mostRows rows), and no row is lost",
    async ({ mostRows, sizes }) => {
      const sheets = await sheetsOf(await bytesOf(writeXlsx(table(), mostRows)));
      expect(sheets.map((rows) => rows.length)).toEqual(sizes);
      for (const [first] of sheets) expect(first).toEqual(COLUMNS.map(({ name }) => name));
      const times = sheets.flatMap((rows) => rows.slice(1).map((row) => row[1]));
      expect(times).toEqual(CELLS.map((row) => row[1]));
    },
  );

  test("of nothing is a sheet with names", async () => {
    const sheets = await sheetsOf(await bytesOf(writeXlsx({ columns: COLUMNS, pages: pagesOf([]) })));
    expect(sheets).toEqual([[COLUMNS.map(({ name }) => name)]]);
  });

  test("ends with an error, and never with half a file, when a page cannot be read", async () => {
    async function* broken(): AsyncGenerator<ExportPage> {
      yield PAGES[0] ?? [];
      throw new Error("the database went away");
    }
    const reading = bytesOf(writeXlsx({ columns: COLUMNS, pages: broken() }));
    await expect(reading).rejects.toThrow("the database went away");
  });
});

describe("Parquet", () => {
  const asFile = (bytes: Buffer) =>
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;

  test("is read back by another library, texts untouched", async () => {
    const file = asFile(await bytesOf(EXPORT_WRITERS.parquet.write(table())));
    const rows = await parquetReadObjects({ file });
    const expected = ROWS.map((row) =>
      Object.fromEntries(
        COLUMNS.map(({ name, type }, index) => [name, type === "time" ? new Date(Number(row[index])) : row[index]]),
      ),
    );
    expect(rows.map((row) => ({ ...row }))).toEqual(
      expected.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? null]))),
    );
  });

  test("of nothing has its columns and no rows", async () => {
    const file = asFile(await bytesOf(EXPORT_WRITERS.parquet.write({ columns: COLUMNS, pages: pagesOf([]) })));
    const { schema, num_rows: rows } = parquetMetadata(file);
    expect(schema.slice(1).map(({ name }) => name)).toEqual(COLUMNS.map(({ name }) => name));
    expect(Number(rows)).toBe(0);
  });
});

describe.for(EXPORT_FORMATS)("a million values as %s", (format) => {
  const POINTS = 10;
  const columns: ExportColumn[] = [
    { name: "site", type: "text" },
    { name: "time", type: "time" },
    ...Array.from({ length: POINTS }, (_, index): ExportColumn => ({ name: `p${index}`, type: "number" })),
  ];

  test("are never in memory at once, however slowly they are taken", async () => {
    let made = 0;
    async function* pages(): AsyncGenerator<ExportPage> {
      for (let page = 0; page < 50; page += 1) {
        made += 1;
        const rows = Array.from({ length: 2_000 }, (_, row) => row);
        const numbers = Array.from({ length: POINTS }, (_, point) =>
          rows.map((row) => Math.round(Math.random() * 1e6 + row + point) / 10),
        );
        yield [rows.map(() => "site-001"), rows.map((row) => T0_MS + (page * 2_000 + row) * 60_000), ...numbers];
      }
    }
    let bytes = 0;
    let madeAtStall: number | null = null;
    // A client that takes one piece and then nothing for a while: what is made meanwhile is what memory has to hold.
    const client = new Writable({
      highWaterMark: 16_384,
      write(chunk: Buffer, _encoding, callback) {
        bytes += chunk.length;
        if (madeAtStall !== null) return callback();
        sleep(500).then(() => {
          madeAtStall = made;
          callback();
        }, callback);
      },
    });
    await pipeline(
      Readable.from(EXPORT_WRITERS[format].write({ columns, pages: pages() }), { highWaterMark: 1 }),
      client,
    );
    expect(made).toBe(50);
    expect(madeAtStall).toBeLessThanOrEqual(12);
    expect(bytes).toBeGreaterThan(1_000_000);
  });

  test("fit into a small heap", () => {
    const file = join(folder, `small-heap-${format}.ts`);
    writeFileSync(file, smallHeapProgram(format));
    const output = execFileSync(process.execPath, ["--max-old-space-size=96", file], {
      encoding: "utf8",
      cwd: process.cwd(),
    });
    const { rssMb, bytes } = JSON.parse(output) as { rssMb: number; bytes: number };
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(rssMb).toBeLessThan(350);
  });
});

/** Writes a million values in a process of its own, whose heap could not hold them as a table of objects. */
function smallHeapProgram(format: string): string {
  const root = process.cwd();
  return `
    import { EXPORT_WRITERS } from ${JSON.stringify(`${root}/adapters/documents/export-formats.ts`)};
    const columns = [{ name: "site", type: "text" }, { name: "time", type: "time" },
      ...Array.from({ length: 10 }, (_, index) => ({ name: "p" + index, type: "number" }))];
    async function* pages() {
      for (let page = 0; page < 50; page += 1) {
        const rows = Array.from({ length: 2000 }, (_, row) => row);
        yield [rows.map(() => "site-001"), rows.map((row) => 1.7e12 + (page * 2000 + row) * 60000),
          ...Array.from({ length: 10 }, (_, point) => rows.map((row) => Math.round(Math.random() * 1e6 + row + point) / 10))];
      }
    }
    let bytes = 0;
    for await (const chunk of EXPORT_WRITERS[${JSON.stringify(format)}].write({ columns, pages: pages() })) bytes += chunk.length;
    process.stdout.write(JSON.stringify({ bytes, rssMb: Math.round(process.resourceUsage().maxRSS / 1024) }));
  `;
}
