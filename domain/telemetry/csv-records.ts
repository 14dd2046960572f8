/** One record of a CSV text. `line`: where it begins, from 1. */
export type CsvRecord =
  | { readonly line: number; readonly fields: readonly string[] }
  | { readonly line: number; readonly problem: string };

export type CsvReader = {
  /** Takes the next part of the text, cut anywhere. @returns the records that are complete now */
  push(text: string): CsvRecord[];
  /** @returns the last record, when the text does not end with a line end */
  end(): CsvRecord[];
};

/** A longer record is no record but a file of another kind. */
const MAX_RECORD_CHARS = 65_536;
const MAX_FIELDS = 250;
const DELIMITERS = [",", ";", "\t"] as const;

/**
 * Reads CSV (RFC 4180) in parts with bounded memory: LF or CRLF, quoted fields with doubled quotes and line ends inside,
 * a byte order mark, empty lines between. The delimiter is a comma, semicolon or tab, whichever the first line has most.
 */
export function createCsvReader(): CsvReader {
  let rest = "";
  /** Where the search goes on in `rest`, and whether that is inside quotes. */
  let scanned = 0;
  let isQuoted = false;
  /** Behind a record that was too long: everything up to the next line end is dropped. */
  let isSkipping = false;
  let line = 1;
  let delimiter: string | null = null;
  let isFirst = true;

  function push(text: string): CsvRecord[] {
    rest += isFirst ? text.replace(/^\u{FEFF}/u, "") : text;
    if (text !== "") isFirst = false;
    const records: CsvRecord[] = [];
    let begin = 0;
    for (let end = nextEnd(); end >= 0; end = nextEnd()) {
      take(rest.slice(begin, end), records);
      begin = end + 1;
    }
    rest = rest.slice(begin);
    scanned -= begin;
    if (rest.length > MAX_RECORD_CHARS) giveUp(records);
    return records;
  }

  /** The place of the line end that ends the record; -1 when it is not there yet. */
  function nextEnd(): number {
    while (scanned < rest.length) {
      const quote = rest.indexOf('"', scanned);
      const newline = isQuoted ? -1 : rest.indexOf("\n", scanned);
      if (newline >= 0 && (quote < 0 || newline < quote)) {
        scanned = newline + 1;
        return newline;
      }
      if (quote < 0) {
        scanned = rest.length;
        return -1;
      }
      isQuoted = !isQuoted;
      scanned = quote + 1;
    }
    return -1;
  }

  function take(raw: string, records: CsvRecord[]): void {
    const begin = line;
    line += 1 + countNewlines(raw);
    if (isSkipping) {
      isSkipping = false;
      return;
    }
    const text = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (text.trim() === "") return;
    if (text.length > MAX_RECORD_CHARS) records.push(tooLong(begin));
    else records.push(split(text, begin));
  }

  function split(text: string, begin: number): CsvRecord {
    delimiter ??= likelyDelimiter(text);
    const fields = fieldsOf(text, delimiter);
    return typeof fields === "string" ? { line: begin, problem: fields } : { line: begin, fields };
  }

  /** An open quote may have swallowed good lines: the search starts again at the next line end. */
  function giveUp(records: CsvRecord[]): void {
    if (!isSkipping) records.push(tooLong(line));
    isSkipping = true;
    isQuoted = false;
    line += countNewlines(rest);
    rest = "";
    scanned = 0;
  }

  return {
    push,
    end() {
      const last = rest;
      rest = "";
      scanned = 0;
      if (isQuoted && !isSkipping && last.trim() !== "") return [{ line, problem: "a quote is never closed" }];
      const records: CsvRecord[] = [];
      take(last, records);
      return records;
    },
  };
}

function tooLong(line: number): CsvRecord {
  return { line, problem: `a record may have at most ${MAX_RECORD_CHARS} characters` };
}

function likelyDelimiter(text: string): string {
  const counts = DELIMITERS.map((delimiter) => ({ delimiter, count: text.split(delimiter).length }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).delimiter;
}

/** @returns what is wrong, as text, when the record cannot be read */
function fieldsOf(text: string, delimiter: string): string[] | string {
  if (!text.includes('"')) {
    const fields = text.split(delimiter);
    return fields.length > MAX_FIELDS ? tooManyFields() : fields;
  }
  const fields: string[] = [];
  for (let at = 0; at <= text.length; ) {
    const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at, delimiter);
    if (typeof field === "string") return field;
    if (field.end < text.length && text[field.end] !== delimiter) return "text behind a closing quote";
    fields.push(field.value);
    if (fields.length > MAX_FIELDS) return tooManyFields();
    at = field.end + 1;
  }
  return fields;
}

type Field = { readonly value: string; readonly end: number };

function plainField(text: string, at: number, delimiter: string): Field | string {
  const next = text.indexOf(delimiter, at);
  const end = next < 0 ? text.length : next;
  const value = text.slice(at, end);
  return value.includes('"') ? "a quote inside a field that is not quoted" : { value, end };
}

function quotedField(text: string, at: number): Field | string {
  let value = "";
  for (let from = at + 1; ; ) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return "a quote is never closed";
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') return { value, end: quote + 1 };
    value += '"';
    from = quote + 2;
  }
}

function tooManyFields(): string {
  return `a record may have at most ${MAX_FIELDS} fields`;
}

function countNewlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}
