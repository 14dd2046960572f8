import { z } from "zod";

const Text = z.string().trim().min(8);
const Id = z.string().regex(/^\d+\.\d+\.\d+$/);
const Row = z.strictObject({
  id: Id,
  level: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  asks: Text,
  tests: z
    .array(z.strictObject({ file: z.string().regex(/^test\/.+\.test\.ts$/), name: Text }))
    .min(1)
    .optional(),
  documented: z
    .array(z.strictObject({ file: z.string().regex(/^docs\/.+\.md$/), words: Text }))
    .min(1)
    .optional(),
  notApplicable: z.string().trim().min(4).optional(),
  open: Text.optional(),
});
const NotAdopted = z.strictObject({
  id: Id,
  level: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  asks: Text,
  reason: z.string().trim().min(40, "a reason is a sentence or two"),
});
const Document = z.strictObject({
  adopted: z.strictObject({
    upToLevel2: z.record(z.string().regex(/^\d+\.\d+$/), z.array(z.number().int().positive()).min(1)),
    level3: z.array(Id),
  }),
  /** Requirements of the chapters that are named, which we know and do not meet: risks that are accepted. */
  notAdopted: z.array(NotAdopted).default([]),
  rows: z.array(Row),
});
type Row = z.infer<typeof Row>;
type Document = z.infer<typeof Document>;

/** Gives a file's text by its path from the root of the repository, or null when there is none. */
export type ReadFile = (file: string) => string | null;

const KINDS = ["tests", "documented", "notApplicable", "open"] as const;
/** Where people look for what is not met. */
const RISKS_FILE = "docs/security.md";
/** A title is the text right after `test(`, `it(`, `describe(`, or after the list or condition of one of their kinds. */
const TITLE = /(?:\b(?:describe|test|it)(?:\.(?!skip\b|todo\b)\w+)*|\))\(\s*(["'`])((?:\\.|(?!\1)[^\\])*)\1/g;
const COMMENT_LINE = /^\s*(?:\/\/|\/?\*).*$/gm;

/** The requirements that have no row with a test yet, by their ids. */
export function openRows(document: unknown): string[] {
  return Document.parse(document)
    .rows.filter(({ open }) => open !== undefined)
    .map(({ id }) => id);
}

/**
 * What is wrong with a list of requirements, a line each: shape, order, rows that are missing or were not adopted, rows
 * that say nothing or two things, and files, tests and words that are not there.
 */
export function findComplaints(document: unknown, readFile: ReadFile): string[] {
  const parsed = Document.safeParse(document);
  if (!parsed.success) {
    return parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  }
  const { rows } = parsed.data;
  return [
    ...judgeList(parsed.data),
    ...judgeNotAdopted(parsed.data, readFile),
    ...rows.flatMap((row) => judgeRow(row, readFile)),
  ];
}

function judgeList({ adopted, rows }: Document): string[] {
  const level3 = new Set(adopted.level3);
  const upToLevel2 = Object.entries(adopted.upToLevel2).flatMap(([section, numbers]) =>
    numbers.map((number) => `${section}.${number}`),
  );
  const wanted = new Set([...upToLevel2, ...level3]);
  const complaints: string[] = [];
  for (const [n, { id, level }] of rows.entries()) {
    const before = rows[n - 1];
    if (before && compareIds(before.id, id) >= 0) complaints.push(`${id}: stands after ${before.id}`);
    if (!wanted.has(id)) complaints.push(`${id}: was not adopted`);
    if (level3.has(id) !== (level === 3)) complaints.push(`${id}: level ${level} is not the one it was adopted with`);
  }
  const ids = new Set(rows.map(({ id }) => id));
  const missing = [...wanted].filter((id) => !ids.has(id)).map((id) => `${id}: has no row`);
  return [...complaints, ...missing];
}

/** Each is said only once what it is, and people are told of it where risks stand. */
function judgeNotAdopted({ notAdopted, rows }: Document, readFile: ReadFile): string[] {
  const accepted = (readFile(RISKS_FILE) ?? "").split("### Accepted risks")[1]?.split(/\n##+ /)[0] ?? "";
  const ids = new Set(rows.map(({ id }) => id));
  const complaints: string[] = [];
  for (const [n, { id }] of notAdopted.entries()) {
    const before = notAdopted[n - 1];
    if (before && compareIds(before.id, id) >= 0) complaints.push(`${id}: stands after ${before.id}`);
    if (ids.has(id)) complaints.push(`${id}: has a row, and is not adopted`);
    if (!accepted.includes(`**${id}`))
      complaints.push(`${id}: ${RISKS_FILE} does not name it among the accepted risks`);
  }
  return complaints;
}

function judgeRow(row: Row, readFile: ReadFile): string[] {
  const kinds = KINDS.filter((kind) => row[kind] !== undefined);
  const complaints: string[] = [];
  // What a test shows may stand in words as well.
  const isBoth = kinds.join() === "tests,documented";
  if (kinds.length !== 1 && !isBoth)
    complaints.push(`${row.id}: needs one of ${KINDS.join(", ")}, not ${kinds.length}`);
  if (row.documented && !isBoth && row.id.split(".")[1] !== "1")
    complaints.push(`${row.id}: asks for more than documentation`);
  return [...complaints, ...judgeTests(row, readFile), ...judgeWords(row, readFile)];
}

function judgeTests({ id, tests = [] }: Row, readFile: ReadFile): string[] {
  return tests.flatMap(({ file, name }) => {
    const text = readFile(file);
    if (text === null) return `${id}: there is no ${file}`;
    return titlesIn(text).some((title) => title.includes(name)) ? [] : `${id}: no test of ${file} is called "${name}"`;
  });
}

function judgeWords({ id, documented = [] }: Row, readFile: ReadFile): string[] {
  return documented.flatMap(({ file, words }) => {
    const text = readFile(file);
    if (text === null) return `${id}: there is no ${file}`;
    return text.replace(/\s+/g, " ").includes(words) ? [] : `${id}: ${file} does not say "${words}"`;
  });
}

function titlesIn(source: string): string[] {
  const code = source.replace(COMMENT_LINE, "");
  return [...code.matchAll(TITLE)].map(([, , title = ""]) => title.replace(/\\(.)/g, "$1"));
}

function compareIds(a: string, b: string): number {
  const [left, right] = [a.split(".").map(Number), b.split(".").map(Number)];
  const n = left.findIndex((number, at) => number !== right[at]);
  return n < 0 ? 0 : (left[n] ?? 0) - (right[n] ?? 0);
}
