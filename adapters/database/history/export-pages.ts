import { POINTS, type PointName } from "../../../domain/points/catalogue.ts";
import type { ExportCell, ExportColumn, ExportPage, ExportTable } from "../../../domain/telemetry/export-table.ts";
import { bucketStart, type Level } from "../../../domain/telemetry/history-level.ts";
import type { Database } from "../database.ts";
import { PROMOTED, columnOf as storedIn } from "../point-columns.ts";
import { byColumns, readColumns } from "./columns.ts";
import { envelopeSql, sourceOf } from "./point-sources.ts";

export type ExportRange = {
  /** Milliseconds since the Unix epoch; `toMs` is not included. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly level: Level;
};
export type ExportSite = { readonly id: string; readonly number: number };

/** Values of one page: what is in memory at once, beside what the client has not taken yet. */
const PAGE_VALUES = 12_000;
const MOST_ROWS = 3_000;

/** One column of the statement, under the name that people read. */
type Selected = ExportColumn & { readonly sql: string };

/**
 * Everything stored of some sites in a range: site after site, oldest first, in the columns `site`, `time` and, at level
 * raw, one per point with its own value, words included; of a roll-up `<point>_avg`, `<point>_min`, `<point>_max`. Gaps
 * have no rows. Each page is a short statement of its own, so that neither memory nor a connection is held for long.
 *
 * @param points names from the catalogue: they become part of the statement
 */
export function exportTable(
  database: Database,
  sites: readonly ExportSite[],
  points: readonly PointName[],
  range: ExportRange,
): ExportTable {
  const selected = points.flatMap((point) =>
    range.level === "raw" ? [rawColumn(point)] : rolledColumns(point, range.level),
  );
  const columns: ExportColumn[] = [
    { name: "site", type: "text" },
    { name: "time", type: "time" },
    ...selected.map(({ name, type }) => ({ name, type })),
  ];
  return { columns, pages: readPages(database, sites, selected, range) };
}

async function* readPages(
  database: Database,
  sites: readonly ExportSite[],
  selected: readonly Selected[],
  { fromMs, toMs, level }: ExportRange,
): AsyncGenerator<ExportPage> {
  const text = pageSql(selected, level);
  const pageRows = Math.min(MOST_ROWS, Math.max(1, Math.floor(PAGE_VALUES / selected.length)));
  const to = new Date(toMs).toISOString();
  for (const { id, number } of sites) {
    let from: number | null = bucketStart(fromMs, level);
    while (from !== null) {
      const found: Awaited<ReturnType<typeof readColumns>> = await readColumns(database, text, [
        number,
        new Date(from).toISOString(),
        to,
        pageRows,
      ]);
      const times = (found["at"] ?? []) as readonly number[];
      if (times.length > 0) {
        yield [
          new Array<ExportCell>(times.length).fill(id),
          times,
          ...selected.map((_, index) => found[`p${index}`] ?? []),
        ];
      }
      const last = times.at(-1);
      from = last === undefined || times.length < pageRows ? null : last + 1;
    }
  }
}

function pageSql(selected: readonly Selected[], level: Level): string {
  const { table, time } = sourceOf(level);
  const names = ["at", ...selected.map((_, index) => `p${index}`)];
  const rows = `
    select ${[`${time} as at`, ...selected.map(({ sql }, index) => `${sql} as p${index}`)].join(", ")} from ${table}
    where site_id = $1::int and ${time} >= $2::timestamptz and ${time} < $3::timestamptz
    order by ${time} limit $4::int`;
  return byColumns(rows, names);
}

/** The value as it was stored: words stay words, states stay true and false. */
function rawColumn(point: PointName): Selected {
  const { type } = POINTS[point];
  if (type === "bool") return { name: point, type: "boolean", sql: stored(point, stateInExtra(point)) };
  if (type === "num") return { name: point, type: "number", sql: envelopeSql(point, "raw").avg };
  return { name: point, type: "text", sql: stored(point, `extra->>'${point}'`) };
}

const stateInExtra = (point: PointName) =>
  `case when jsonb_typeof(extra->'${point}') = 'boolean' then (extra->>'${point}')::boolean end`;

/** The column of a point, `extra` where it has none; old rows of a promoted one have it there, too. */
function stored(point: PointName, inExtra: string): string {
  const column = storedIn(point);
  if (column === null) return inExtra;
  return PROMOTED.has(point) ? `coalesce("${column}", ${inExtra})` : `"${column}"`;
}

function rolledColumns(point: PointName, level: Level): Selected[] {
  const { avg, min, max } = envelopeSql(point, level);
  const named = { avg, min, max };
  return Object.entries(named).map(([part, sql]) => ({ name: `${point}_${part}`, type: "number", sql }));
}
