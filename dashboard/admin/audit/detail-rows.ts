/** One line of what an entry says: a fact, or a field that went from one value to another. */
export type DetailRow = {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly isChange: boolean;
};

const MOST_ROWS = 400;
const MOST_CHARS = 2_000;

type Leaves = Map<string, string>;

/**
 * What an entry says, line by line: of a change each field with both values, whether it stands at the top or in one of
 * many sites; everything else as a fact.
 */
export function detailRows(detail: Readonly<Record<string, unknown>>): DetailRow[] {
  const rows: DetailRow[] = [];
  collect(detail, "", rows);
  return rows.slice(0, MOST_ROWS);
}

function collect(value: Readonly<Record<string, unknown>>, path: string, rows: DetailRow[]): void {
  if (rows.length >= MOST_ROWS) return;
  const isChange = Object.hasOwn(value, "after") || Object.hasOwn(value, "before");
  if (isChange) rows.push(...changeRows(value["before"], value["after"], path));
  for (const [key, inner] of Object.entries(value)) {
    if (isChange && (key === "before" || key === "after")) continue;
    const field = joined(path, key);
    if (isRecord(inner)) collect(inner, field, rows);
    else rows.push({ field, before: null, after: shown(inner), isChange: false });
  }
}

function changeRows(before: unknown, after: unknown, path: string): DetailRow[] {
  const [was, is] = [leavesOf(before, path), leavesOf(after, path)];
  const fields = [...new Set([...was.keys(), ...is.keys()])];
  return fields.map((field) => ({
    field,
    before: was.get(field) ?? null,
    after: is.get(field) ?? null,
    isChange: true,
  }));
}

/** What is null has no value: a site that is new says nothing of what it does not have. */
function leavesOf(value: unknown, path: string, leaves: Leaves = new Map()): Leaves {
  if (value === undefined || value === null) return leaves;
  if (isRecord(value)) {
    for (const [key, inner] of Object.entries(value)) leavesOf(inner, joined(path, key), leaves);
  } else leaves.set(path, shown(value));
  return leaves;
}

function joined(path: string, key: string): string {
  return path === "" ? key : `${path} › ${key}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS)}…` : text;
}
