import type { PointName } from "../../domain/points/catalogue.ts";
import type { Database, Row } from "./database.ts";
import { numberExpression } from "./point-columns.ts";

/** Raw values over time; `null` where there was no reading, and in a row of their own between two slots too far apart. */
export type RawHistory = {
  readonly times: readonly string[];
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
  /** True when the limit was reached: the newest rows are left out. */
  readonly isCut: boolean;
};

/** Slots further apart than this many intervals have a gap between them, which is shown as a gap. */
const GAP_INTERVALS = 1.5;

export type RawHistoryRange = {
  /** ISO times; `from` is included, `to` is not. */
  readonly from: string;
  readonly to: string;
  /** Most rows to read. */
  readonly limit: number;
  /** The site's polling interval, seconds. */
  readonly intervalS: number;
};

/**
 * Raw history of points of one site, oldest first. States are 0 and 1, words and texts have no number.
 *
 * @param points names from the catalogue: they become part of the statement
 */
export async function readRawHistory(
  database: Database,
  siteNumber: number,
  points: readonly PointName[],
  { from, to, limit, intervalS }: RawHistoryRange,
): Promise<RawHistory> {
  const columns = points.map((point, index) => `${numberExpression(point)} as p${index}`).join(", ");
  const text = `
    select slot${columns === "" ? "" : `, ${columns}`} from sample
    where site_id = $1::int and slot >= $2::timestamptz and slot < $3::timestamptz
    order by slot limit $4::int`;
  const rows = await database.query(text, [siteNumber, from, to, limit + 1]);
  return historyFrom(rows.slice(0, limit), points, intervalS * GAP_INTERVALS * 1000, rows.length > limit);
}

function historyFrom(rows: readonly Row[], points: readonly PointName[], gapMs: number, isCut: boolean): RawHistory {
  const times: string[] = [];
  const columns: Record<string, (number | null)[]> = Object.fromEntries(points.map((point) => [point, []]));
  let lastMs: number | null = null;
  for (const row of rows) {
    const slotMs = (row["slot"] as Date).getTime();
    // One empty row in the middle of the gap: whoever draws a line must lift the pen.
    if (lastMs !== null && slotMs - lastMs > gapMs) push(lastMs + Math.round((slotMs - lastMs) / 2), null);
    push(slotMs, row);
    lastMs = slotMs;
  }
  return { times, columns, isCut };

  function push(timeMs: number, row: Row | null): void {
    times.push(new Date(timeMs).toISOString());
    points.forEach((point, index) => {
      const value = row?.[`p${index}`];
      columns[point]?.push(typeof value === "number" ? value : null);
    });
  }
}
