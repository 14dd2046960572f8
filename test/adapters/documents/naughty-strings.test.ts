import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import ExcelJs from "exceljs";
import { afterAll, expect, test } from "vitest";
import { writeCsv } from "../../../adapters/documents/write-csv.ts";
import { writeXlsx } from "../../../adapters/documents/write-xlsx.ts";
import { readUploadedSites } from "../../../adapters/inventory/read-import.ts";
import { SITES_FORMATS, writeSites } from "../../../adapters/inventory/write-sites.ts";
import { SiteEntry, siteFromEntry } from "../../../domain/sites/site.ts";
import { type ExportTable, neutraliseFormula } from "../../../domain/telemetry/export-table.ts";
import { naughtyStrings } from "../../services/naughty-strings.ts";

const folder = mkdtempSync(join(tmpdir(), "antbox-naughty-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const STRINGS = naughtyStrings();
const FORMULA = /^[=+\-@\t\r\n|％＝＋－＠]/;

function aTable(): ExportTable {
  return {
    columns: [
      { name: "n", type: "number" },
      { name: "text", type: "text" },
    ],
    pages: (async function* () {
      yield [STRINGS.map((_, n) => n), STRINGS];
    })(),
  };
}

/** RFC 4180, as a spreadsheet reads it. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n|$)/gy;
  for (let found = cell.exec(text); found && found.index < text.length; found = cell.exec(text)) {
    const [, value = "", end] = found;
    rows.at(-1)?.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end === "\r\n") rows.push([]);
  }
  return rows.filter((row) => row.length > 0);
}

test("there are as many as the list has", () => {
  expect(STRINGS.length).toBeGreaterThan(400);
  expect(STRINGS.some((text) => FORMULA.test(text))).toBe(true);
});

test("in CSV every one comes back, and none is a formula", async () => {
  const rows = parseCsv(await text(Readable.from(writeCsv(aTable())))).slice(1);
  expect(rows).toHaveLength(STRINGS.length);
  for (const [n, string] of STRINGS.entries()) {
    expect(rows[n]?.[1]).toBe(neutraliseFormula(string));
    expect(rows[n]?.[1]).not.toMatch(FORMULA);
  }
});

test("in Excel every one is a text", async () => {
  const file = join(folder, "naughty.xlsx");
  await writeFile(file, await buffer(Readable.from(writeXlsx(aTable()))));
  const book = new ExcelJs.Workbook();
  await book.xlsx.readFile(file);
  const sheet = book.worksheets[0];
  for (const [n, string] of STRINGS.entries()) {
    const cell = sheet?.getCell(n + 2, 2);
    expect([ExcelJs.ValueType.String, ExcelJs.ValueType.Null, ExcelJs.ValueType.SharedString]).toContain(cell?.type);
    if (string !== "" && cell) expect(String(cell.value)).not.toMatch(FORMULA);
  }
});

test("as names of sites they go through both formats of the inventory, or are refused", async () => {
  const entries = STRINGS.map((name, n) => ({
    id: `naughty-${n}`,
    name,
    region: name,
    controller: { url: "http://10.1.101.5", profile: "p" },
  }));
  const parsed = entries.map((entry) => SiteEntry.safeParse(entry));
  const good = parsed.flatMap(({ data }) => (data ? siteFromEntry(data) : []));
  expect(good.length).toBeGreaterThan(250);
  for (const format of SITES_FORMATS) {
    const read = readUploadedSites(await text(Readable.from(writeSites(good, format))), () => true);
    expect(read.flatMap(({ problems }) => problems)).toEqual([]);
    expect(read.map(({ site }) => site)).toEqual(good);
  }
});
