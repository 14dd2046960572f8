const MOST_CHARS = 16_000;
const MOST_VALUES = 2_000;
const MOST_DEPTH = 20;
const SHOWN_CHARS = 1_000;

/** Keys whose values never reach the trail, without regard to case. */
const SECRET_KEYS: ReadonlySet<string> = new Set([
  "password",
  "passwordhash",
  "secret",
  "secretkey",
  "clientsecret",
  "totpsecret",
  "token",
  "accesstoken",
  "refreshtoken",
  "authorization",
  "cookie",
]);

/** A text that PostgreSQL takes, also inside JSON: no null byte, no half of a surrogate pair. */
export function storableText(text: string, mostChars: number): string {
  return text.slice(0, mostChars).replaceAll("\u0000", "\uFFFD").toWellFormed();
}

/**
 * The facts of an entry as the JSON text that is stored and hashed: keys in order, no null bytes, the values of secret keys
 * hidden. What is too deep, too wide or too long is cut, and says so: a hostile request must not go unwritten.
 */
export function auditDetailText(detail: Readonly<Record<string, unknown>>): string {
  const budget = { values: MOST_VALUES };
  const text = JSON.stringify(plain(detail, 0, budget));
  if (text.length <= MOST_CHARS) return text;
  return JSON.stringify({ chars: text.length, isCut: true, start: storableText(text, SHOWN_CHARS) });
}

type Budget = { values: number };

function plain(value: unknown, depth: number, budget: Budget): unknown {
  budget.values -= 1;
  if (budget.values < 0 || depth > MOST_DEPTH) return "…";
  switch (typeof value) {
    case "string":
      return storableText(value, MOST_CHARS);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
      return value;
    case "bigint":
      return value.toString();
    case "object":
      return value === null ? null : container(value, depth, budget);
    default:
      return null;
  }
}

function container(value: object, depth: number, budget: Budget): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) {
      if (budget.values <= 0) break;
      items.push(plain(item, depth + 1, budget));
    }
    return items;
  }
  const result: [string, unknown][] = [];
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, one] of entries) {
    if (budget.values <= 0) break;
    const isSecret = SECRET_KEYS.has(key.toLowerCase()) && one !== null && typeof one !== "boolean";
    result.push([storableText(key, 200), isSecret ? "[hidden]" : plain(one, depth + 1, budget)]);
  }
  return Object.fromEntries(result);
}
