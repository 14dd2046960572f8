import { isWanted, type WantedUntil } from "../../domain/alarms/back-test/wanted-sites.ts";
import type { ZoneGrid, ZoneWishes } from "../../domain/alarms/back-test/zone-grid.ts";
import { isBesideReadings } from "../../domain/alarms/beside-readings.ts";
import type { PointName } from "../../domain/points/catalogue.ts";
import {
  DAY_MS,
  guardHistory,
  type HistoryDatabase,
  type OpenHistory,
  packed,
  type SelectedPoint,
  TIMEOUT_MS,
  VALUES_PER_STATEMENT,
} from "./read-history-slots.ts";

/**
 * A column of a chunk of zones. `low`, `high`: extremes of numbers, first and last of words. The others hold several things
 * in one integer, the first one lowest: `states` two bits each (1 = was on, 2 = was off), `faults` and `whole` one each. Many
 * aggregates of single bits would cost far more.
 */
export type ZoneColumn =
  | { readonly kind: "extremes"; readonly point: PointName; readonly low: string; readonly high: string }
  | { readonly kind: "states"; readonly name: string; readonly points: readonly PointName[] }
  | { readonly kind: "faults"; readonly name: string; readonly faults: readonly string[] }
  | { readonly kind: "whole"; readonly name: string; readonly points: readonly PointName[] };

/** How chunks of zones are laid out; `grid` and the sites by their numbers. */
export type ZonePlan = {
  readonly grid: ZoneGrid;
  readonly sites: readonly { readonly id: string; readonly number: number }[];
  readonly columns: readonly ZoneColumn[];
};

/** Zones of the grid from one to another, the last one not included: one array per column, in any order of rows. */
export type ZoneChunk = {
  readonly fromZone: number;
  readonly toZone: number;
  readonly columns: Readonly<Record<string, Uint8Array<ArrayBuffer> | null>>;
  readonly rounds: Uint8Array<ArrayBuffer> | null;
};

/** Zones that were looked up. */
export type OpenZones = { readonly plan: ZonePlan; chunks(): AsyncGenerator<ZoneChunk> };

const BITS = 30;
/** Only figures about them leave the server: a row costs a fraction of one that is read. */
const ROWS_PER_ROW_READ = 4;
/** Statements under way: the next one is computed while the last one is judged. */
const AHEAD = 2;

/**
 * Compiling some hundred expressions takes longer than computing them for the rows of a day. Several statements are under way:
 * dividing each among further processes costs a fifth more, and takes the processors from who judges.
 */
const PLAINLY = {
  text: "select set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true)",
};

const IN_STRETCH = "slot >= $2::timestamptz and slot < $3::timestamptz";

type Column = { readonly name: string; readonly sql: string };

/**
 * Reads what is extreme in each zone and site, from the stored rows themselves: so it is as true as they are, late ones and
 * corrections included.
 *
 * @param wanted absent: all sites to the end
 * @throws {AppError} `storage.unavailable` while the database is away
 */
export function openZones(
  database: HistoryDatabase,
  history: Pick<OpenHistory, "plan" | "selected">,
  grid: ZoneGrid,
  wishes: ZoneWishes,
  stretch: { readonly fromMs: number; readonly toMs: number; readonly valuesPerStatement?: number },
  wanted?: WantedUntil,
): OpenZones {
  const selected = history.selected.filter(({ point }) => !isBesideReadings(point));
  const { columns, sqls } = layOut(selected, wishes);
  const faults = faultColumns(wishes);
  const { sites } = history.plan;
  const text = zoneSql(grid, sqls, [...marksColumn(wishes), ...faults.sqls]);
  const zones = zonesPerStatement(grid, sites.length, sqls.length, stretch.valuesPerStatement);

  async function read(fromZone: number, toZone: number): Promise<ZoneChunk> {
    const fromMs = Math.max(stretch.fromMs, grid.firstMs + fromZone * grid.zoneMs);
    const toMs = Math.min(stretch.toMs, grid.firstMs + toZone * grid.zoneMs);
    const present = wanted === undefined ? sites : sites.filter(({ id }) => isWanted(wanted, id, fromMs));
    const values = [present.map(({ number }) => number), new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
    const [row = {}] = await guardHistory(queryPlainly(database, text, values));
    const { rounds = null, ...packedColumns } = Object.fromEntries(
      Object.entries(row).map(([name, bytes]) => [name, packed(bytes)]),
    );
    return { fromZone, toZone, columns: packedColumns, rounds };
  }

  async function* chunks(): AsyncGenerator<ZoneChunk> {
    const waiting: Promise<ZoneChunk>[] = [];
    let zone = 0;
    while (zone < grid.count || waiting.length > 0) {
      while (zone < grid.count && waiting.length < AHEAD) {
        const next = Math.min(grid.count, zone + zones, nextDay(grid, zone));
        const chunk = read(zone, next);
        // Whoever takes it hears of a failure; the one behind it may never be taken.
        chunk.catch(() => undefined);
        waiting.push(chunk);
        zone = next;
      }
      const chunk = await waiting.shift();
      if (chunk !== undefined) yield chunk;
    }
  }
  return { plan: { grid, sites, columns: [...columns, ...faults.columns] }, chunks };
}

async function queryPlainly(database: HistoryDatabase, text: string, values: readonly unknown[]) {
  const options = { timeoutMs: TIMEOUT_MS };
  if (database.transaction === undefined) return database.query(text, values, options);
  const [, rows = []] = await database.transaction([PLAINLY, { text, values }], options);
  return rows;
}

/** A day is one partition. */
function nextDay({ firstMs, zoneMs }: ZoneGrid, zone: number): number {
  const dayMs = (Math.floor((firstMs + zone * zoneMs) / DAY_MS) + 1) * DAY_MS;
  return Math.max(zone + 1, Math.floor((dayMs - firstMs) / zoneMs));
}

function zonesPerStatement(
  { slots }: ZoneGrid,
  sites: number,
  columns: number,
  values: number = VALUES_PER_STATEMENT,
): number {
  const rows = (values * ROWS_PER_ROW_READ) / (columns + 4);
  return Math.max(1, Math.floor(rows / (slots * Math.max(1, sites))));
}

type LaidOut = { readonly columns: readonly ZoneColumn[]; readonly sqls: readonly Column[] };

function faultColumns({ faults }: ZoneWishes): LaidOut {
  const groups = inGroups(faults, BITS).map((some, index) => ({ some, name: `f${index}` }));
  return {
    columns: groups.map(({ some, name }) => ({ kind: "faults", name, faults: some })),
    sqls: groups.map(({ some, name }) => {
      const bits = some.map((fault, at) => `(faults ? '${fault}')::int4 * ${1 << at}`);
      return { name, sql: `bit_or(case when faults is null then 0 else ${bits.join(" + ")} end)` };
    }),
  };
}

function layOut(selected: readonly SelectedPoint[], wishes: ZoneWishes): LaidOut {
  const columns: ZoneColumn[] = [];
  const sqls: Column[] = [];
  for (const { point, sql } of selected.filter(({ type }) => type !== "bool")) {
    const [low, high] = [`l${columns.length}`, `h${columns.length}`];
    columns.push({ kind: "extremes", point, low, high });
    sqls.push({ name: low, sql: `min(${sql})` }, { name: high, sql: `max(${sql})` });
  }
  const states = selected.filter(({ type }) => type === "bool");
  for (const [index, some] of inGroups(states, BITS / 2).entries()) {
    const name = `s${index}`;
    columns.push({ kind: "states", name, points: some.map(({ point }) => point) });
    const bits = some.map(
      ({ sql }, at) => `case when ${sql} then ${1 << (2 * at)} when not ${sql} then ${2 << (2 * at)} else 0 end`,
    );
    sqls.push({ name, sql: `bit_or(${bits.join(" + ")})` });
  }
  const whole = selected.filter(({ point }) => wishes.whole.includes(point));
  for (const [index, some] of inGroups(whole, BITS).entries()) {
    const name = `w${index}`;
    columns.push({ kind: "whole", name, points: some.map(({ point }) => point) });
    const bits = some.map(({ sql }, at) => `(${sql} is not null)::int4 * ${1 << at}`);
    sqls.push({ name, sql: `bit_and(${bits.join(" + ")})` });
  }
  return { columns, sqls };
}

/** In which slots there was an answer: mostly in each, as the number of answers says without a look at their times. */
function maskOf({ firstMs, zoneMs, intervalMs, slots }: ZoneGrid): string {
  const sinceFirst = `(date_part('epoch', slot) - ${firstMs / 1000}) / ${intervalMs / 1000}`;
  return `case when answers = ${slots} and not odd then ${2 ** slots - 1} else (
    select bit_or(1 << (floor(${sinceFirst})::int8 % ${slots})::int4)
    from sample where site_id = site and ${IN_STRETCH}
      and slot >= zone and slot < zone + interval '${zoneMs} milliseconds') end`;
}

/**
 * 1 = a mark on a point of which it matters whether it lacks a reading, 2 = on one of which it matters whether it has one
 * without doubt. Names come from the catalogue, never from a request.
 */
function marksColumn({ lacking, whole }: ZoneWishes): readonly Column[] {
  if (lacking.length + whole.length === 0) return [];
  const isMarked = (points: readonly PointName[]) =>
    points.length === 0 ? "false" : `quality ?| array[${points.map((point) => `'${point}'`).join(", ")}]`;
  const marks = `(${isMarked(lacking)})::int4 + (${isMarked(whole)})::int4 * 2`;
  return [{ name: "marks", sql: `bit_or(case when quality is null then 0 else ${marks} end)` }];
}

function inGroups<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** Marks and faults are summed up apart: few rows have some, and those have an index of their own. */
function zoneSql(grid: ZoneGrid, columns: readonly Column[], remarks: readonly Column[]): string {
  const { firstMs, zoneMs } = grid;
  const zone = `((date_part('epoch', zone) - ${firstMs / 1000}) / ${zoneMs / 1000})::int4`;
  const arrays = [
    { name: "site", sql: "site" },
    { name: "zone", sql: zone },
    { name: "mask", sql: maskOf(grid) },
    { name: "odd", sql: "odd::int4" },
    ...columns.map(({ name }) => ({ name, sql: name })),
    ...remarks.map(({ name }) => ({ name, sql: `coalesce(${name}, 0)` })),
  ];
  const keys = [`site_id as site`, `${binned(zoneMs, firstMs)} as zone`];
  const answers = [
    { name: "answers", sql: "count(*)" },
    { name: "odd", sql: `bool_or(${binned(grid.intervalMs, firstMs)} <> slot)` },
  ];
  const summedUp = (sums: readonly Column[], condition: string) => `
      select ${[...keys, ...sums.map(({ name, sql }) => `${sql} as ${name}`)].join(", ")}
      from sample where site_id = any($1::int[]) and ${IN_STRETCH} ${condition}
      group by 1, 2`;
  const remarked = `left join (${summedUp(remarks, "and (faults is not null or quality is not null)")}) as remarked using (site, zone)`;
  return `
    select ${arrays.map(({ name, sql }) => `array_send(array_agg(${sql})) as ${name}`).join(", ")},
      (select array_send(array_agg(distinct slot)) from round where ${IN_STRETCH}) as rounds
    from (${summedUp([...answers, ...columns], "")}) as zones ${remarks.length === 0 ? "" : remarked}`;
}

/** The begin of the stretch of so many ms, counted from `firstMs`, in which a slot lies: far cheaper than to divide its time. */
function binned(ms: number, firstMs: number): string {
  return `date_bin('${ms} milliseconds', slot, timestamptz '${new Date(firstMs).toISOString()}')`;
}
