import { placeOf, SEALED_COLUMNS, type SealedColumn } from "./sealed-columns.ts";
import type { SecretBox } from "./secret-box.ts";

/** The part of the database that a rotation needs. */
export interface SealedDatabase {
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** `unreadable`: neither of the two keys opens them; they stay as they are. */
export type ResealReport = { readonly checked: number; readonly resealed: number; readonly unreadable: number };

const PAGE = 200;

/**
 * Seals everything with the present key that is still sealed with the former one, while the platform goes on: a value that
 * somebody changes meanwhile is left to them, and each of the two keys opens its own. It may be cut off anywhere and run
 * again, also twice at once.
 *
 * @param isStopped looked at between two pages
 */
export async function resealAll(
  database: SealedDatabase,
  box: SecretBox,
  isStopped: () => boolean = () => false,
): Promise<ResealReport> {
  const report = { checked: 0, resealed: 0, unreadable: 0 };
  for (const column of Object.values<SealedColumn>(SEALED_COLUMNS)) {
    for (let after = ""; !isStopped(); ) {
      const page = await readPage(database, column, after);
      for (const { row, blob } of page) {
        report.checked += 1;
        if (box.isCurrent(blob)) continue;
        report[await resealOne(database, box, column, row, blob)] += 1;
      }
      const last = page.at(-1);
      if (!last || page.length < PAGE) break;
      after = last.row;
    }
  }
  return report;
}

type SealedValue = { readonly row: string; readonly blob: string };

/** Names of tables and columns come from our own list alone. */
async function readPage(
  database: SealedDatabase,
  { table, key, column }: SealedColumn,
  after: string,
): Promise<SealedValue[]> {
  const text = `select ${key}::text as row, ${column} as blob from ${table}
    where ${column} is not null and ${key}::text > $1::text collate "C" order by ${key}::text collate "C" limit ${PAGE}`;
  return (await database.query(text, [after])).map((one) => ({ row: String(one["row"]), blob: String(one["blob"]) }));
}

async function resealOne(
  database: SealedDatabase,
  box: SecretBox,
  column: SealedColumn,
  row: string,
  blob: string,
): Promise<"resealed" | "unreadable"> {
  const place = placeOf(column, row);
  let text: string;
  try {
    text = box.open(blob, place);
  } catch {
    return "unreadable";
  }
  const update = `update ${column.table} set ${column.column} = $3::text
    where ${column.key}::text = $1::text and ${column.column} = $2::text`;
  await database.query(update, [row, blob, box.seal(text, place)]);
  return "resealed";
}
