import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CsvRecord, createCsvReader } from "../../../domain/telemetry/csv-records.ts";

/** Reads a text in pieces of that many characters. */
function read(text: string, piece = text.length || 1): CsvRecord[] {
  const reader = createCsvReader();
  const records: CsvRecord[] = [];
  for (let at = 0; at < text.length; at += piece) records.push(...reader.push(text.slice(at, at + piece)));
  return [...records, ...reader.end()];
}

const fieldsOf = (text: string, piece?: number) =>
  read(text, piece).map((record) => ("fields" in record ? record.fields : record.problem));

test("any table comes back, whatever is in its fields and wherever it is cut", () => {
  const Field = fc.string({ unit: fc.constantFrom("a", "1", ",", '"', "\n", "\r", " ", "é", "水") });
  const Table = fc.array(fc.array(Field, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 6 });
  const quote = (field: string) => `"${field.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(Table, fc.constantFrom("\n", "\r\n"), fc.integer({ min: 1, max: 50 }), (table, lineEnd, piece) => {
      const lines = [["x", "y"], ...table].map((fields) => fields.map(quote).join(","));
      expect(fieldsOf(lines.join(lineEnd), piece)).toEqual([["x", "y"], ...table]);
    }),
  );
});

test("a byte order mark, CRLF, empty lines and no line end at the end", () => {
  expect(fieldsOf("\u{FEFF}site,time\r\n\r\n  \na,b")).toEqual([
    ["site", "time"],
    ["a", "b"],
  ]);
});

test("semicolons and tabs, when the first line has them", () => {
  expect(fieldsOf("site;time;a,b\n1;2;3")).toEqual([
    ["site", "time", "a,b"],
    ["1", "2", "3"],
  ]);
  expect(fieldsOf("site\ttime\n1\t2,5")).toEqual([
    ["site", "time"],
    ["1", "2,5"],
  ]);
});

test("lines are counted through quoted line ends", () => {
  expect(read('a,b\n"1\n2",x\nc,d').map(({ line }) => line)).toEqual([1, 2, 4]);
});

describe("broken text", () => {
  test.each([
    ['a,b\nc,d"e\nf",g\nh,i', ["a", "b"], "a quote inside a field that is not quoted", ["h", "i"]],
    ['a,b\n"c"d,e\nh,i', ["a", "b"], "text behind a closing quote", ["h", "i"]],
  ])("%j: the record is named, the next one is read", (text, ...expected) => {
    expect(fieldsOf(text)).toEqual(expected);
  });

  test("a quote that is never closed", () => {
    expect(fieldsOf('a,b\n"c,d\n')).toEqual([["a", "b"], "a quote is never closed"]);
  });

  test("a huge line is dropped without being kept, and the lines behind it are read", () => {
    const text = `a,b\n${"x".repeat(1_000_000)}\nc,d\n`;
    expect(fieldsOf(text, 8192)).toEqual([["a", "b"], "a record may have at most 65536 characters", ["c", "d"]]);
    expect(read(text, 8192).map(({ line }) => line)).toEqual([1, 2, 3]);
  });

  test("a forgotten quote costs the lines it swallowed, not the file", () => {
    const rows = Array.from({ length: 20_000 }, (_, n) => `site-${n},1`);
    rows[3] = '"site-3,1';
    const records = read(["a,b", ...rows].join("\n"), 8192);
    expect(records.filter((record) => "problem" in record)).toHaveLength(1);
    expect(records.at(-1)).toEqual({ line: 20_001, fields: ["site-19999", "1"] });
  });

  test("more fields than any table has", () => {
    expect(fieldsOf(`a,b\n${",".repeat(300)}`)).toEqual([["a", "b"], "a record may have at most 250 fields"]);
  });
});
