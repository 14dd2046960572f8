import { AppError } from "../../domain/errors.ts";
import type { PointName } from "../../domain/points/catalogue.ts";

/** The part of the database that reading history needs. `bytea` arrives as a Uint8Array. */
export interface HistoryDatabase {
  query(
    text: string,
    values?: readonly unknown[],
    options?: { readonly timeoutMs?: number },
  ): Promise<Record<string, unknown>[]>;
  /** Where there is one, settings can be made for a statement. */
  transaction?(
    statements: readonly { readonly text: string; readonly values?: readonly unknown[] }[],
    options?: { readonly timeoutMs?: number },
  ): Promise<Record<string, unknown>[][]>;
}

export type HistoryStretch = {
  /** Ids of sites; those that the database does not have are left out. */
  readonly siteIds: readonly string[];
  readonly points: readonly PointName[];
  /** ms since the epoch; `toMs` is not included. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Usual polling interval, seconds: how many rows a stretch may have follows from it. */
  readonly intervalS: number;
  /** So many values about are read by one statement. */
  readonly valuesPerStatement?: number;
};

/**
 * A column of a chunk, and which points it holds, by their places in the plan. `states` holds up to 15 states in one integer,
 * two bits each, the first one lowest: 0 = none, 1 = false, 2 = true.
 */
export type HistoryColumn =
  | { readonly kind: "values"; readonly name: string; readonly place: number }
  | { readonly kind: "states"; readonly name: string; readonly places: readonly number[] };

/** What is to be read: to be handed to whoever unpacks the chunks. */
export type HistoryPlan = {
  readonly sites: readonly { readonly id: string; readonly number: number }[];
  readonly points: readonly PointName[];
  readonly columns: readonly HistoryColumn[];
};

/**
 * Everything stored between two moments, packed: rows ordered by site and slot, one array per column. `columns` are `slot`,
 * `site`, `quality`, `faults`, and those of the plan; null where there were no rows.
 */
export type HistoryChunk = {
  readonly toMs: number;
  readonly columns: Readonly<Record<string, Uint8Array<ArrayBuffer> | null>>;
  /** When rounds took place, also those in which nobody answered. */
  readonly rounds: Uint8Array<ArrayBuffer> | null;
};

/** History that was looked up, and what is in it. */
export type OpenHistory = {
  readonly plan: HistoryPlan;
  /** How each point is read from `sample`, in the order of the plan. */
  readonly selected: readonly SelectedPoint[];
  /** All of it. */
  chunks(): AsyncGenerator<HistoryChunk>;
  /** Some sites for a while, by their numbers; without the rounds. */
  piece(fromMs: number, toMs: number, sites: readonly number[]): AsyncGenerator<HistoryChunk>;
};
export type SelectedPoint = { readonly point: PointName; readonly type: string; readonly sql: string };

export const DAY_MS = 86_400_000;
/** Some milliseconds of work for the process that takes the answer. */
export const VALUES_PER_STATEMENT = 120_000;
export const TIMEOUT_MS = 20_000;

/** An array of PostgreSQL costs some hundred instructions a value; a state costs ten within an integer. */
const STATES_PER_COLUMN = 15;

const ROUNDS = `,
      (select array_send(array_agg(distinct slot)) from round where slot >= $2::timestamptz and slot < $3::timestamptz) as rounds`;

/**
 * Reads stored snapshots for the rules, in short statements, so that neither a connection nor memory is held for long. Where
 * a site has no row its poll was missed.
 *
 * @throws {AppError} `storage.unavailable` while the database is away
 */
export async function openHistory(database: HistoryDatabase, stretch: HistoryStretch): Promise<OpenHistory> {
  const { siteIds, points } = stretch;
  const [sites, registered] = await guardHistory(
    Promise.all([
      database.query("select id, code from site where code = any($1::text[])", [siteIds]),
      database.query("select key, type, column_name from point_registry where key = any($1::text[])", [points]),
    ]),
  );
  const byKey = new Map(registered.map((row) => [String(row["key"]), row]));
  const selected = points.flatMap((point) => {
    const row = byKey.get(point);
    return row === undefined ? [] : [selectPoint(point, String(row["type"]), row["column_name"] as string | null)];
  });
  const layout = layOut(selected);
  const plan: HistoryPlan = {
    // In the order of the engine, which no collation of a database knows.
    sites: sites
      .map((row) => ({ id: String(row["code"]), number: Number(row["id"]) }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    points: selected.map(({ point }) => point),
    columns: layout.map(({ column }) => column),
  };
  const numbers = plan.sites.map(({ number }) => number);
  return {
    plan,
    selected,
    chunks: () => readChunks(database, plan, chunkSql(layout, ROUNDS), numbers, stretch),
    piece(fromMs, toMs, some) {
      const untilMs = Math.min(toMs, stretch.toMs);
      if (some.length === 0) return nothingUntil(untilMs);
      const part = { ...stretch, fromMs: Math.max(fromMs, stretch.fromMs), toMs: untilMs };
      return readChunks(database, plan, chunkSql(layout, ""), some, part);
    },
  };
}

async function* nothingUntil(toMs: number): AsyncGenerator<HistoryChunk> {
  yield { toMs, columns: {}, rounds: null };
}

async function* readChunks(
  database: HistoryDatabase,
  { columns: planned }: HistoryPlan,
  text: string,
  numbers: readonly number[],
  { fromMs, toMs, intervalS, valuesPerStatement = VALUES_PER_STATEMENT }: HistoryStretch,
): AsyncGenerator<HistoryChunk> {
  const rows = valuesPerStatement / (planned.length + 4);
  const stepMs = Math.max(1, Math.floor(rows / Math.max(1, numbers.length))) * intervalS * 1000;
  for (let atMs = fromMs; atMs < toMs; ) {
    // Within a day, which is one partition: its index gives the order without a sort.
    const nextMs = Math.min(toMs, atMs + stepMs, (Math.floor(atMs / DAY_MS) + 1) * DAY_MS);
    const values = [numbers, new Date(atMs).toISOString(), new Date(nextMs).toISOString()];
    const [row = {}] = await guardHistory(database.query(text, values, { timeoutMs: TIMEOUT_MS }));
    const { rounds = null, ...columns } = Object.fromEntries(
      Object.entries(row).map(([name, bytes]) => [name, packed(bytes)]),
    );
    yield { toMs: nextMs, columns, rounds };
    atMs = nextMs;
  }
}

/** Bytes of their own: they move to another thread. */
export function packed(value: unknown): Uint8Array<ArrayBuffer> | null {
  return value instanceof Uint8Array ? new Uint8Array(value) : null;
}

type Laid = { readonly column: HistoryColumn; readonly sql: string };

function layOut(selected: readonly SelectedPoint[]): readonly Laid[] {
  const placed = selected.map((point, place) => ({ ...point, place }));
  const values = placed
    .filter(({ type }) => type !== "bool")
    .map(({ place, sql }): Laid => ({ column: { kind: "values", name: `p${place}`, place }, sql }));
  const states = placed.filter(({ type }) => type === "bool");
  const groups = Array.from({ length: Math.ceil(states.length / STATES_PER_COLUMN) }, (_, index) =>
    states.slice(index * STATES_PER_COLUMN, (index + 1) * STATES_PER_COLUMN),
  );
  const packedStates = groups.map((group, index): Laid => {
    const bits = group.map(
      ({ sql }, at) => `case when ${sql} then ${2 << (2 * at)} when not ${sql} then ${1 << (2 * at)} else 0 end`,
    );
    return {
      column: { kind: "states", name: `s${index}`, places: group.map(({ place }) => place) },
      sql: bits.join(" + "),
    };
  });
  return [...values, ...packedStates];
}

function chunkSql(layout: readonly Laid[], rounds: string): string {
  const columns = [
    { name: "slot", sql: "slot" },
    { name: "site", sql: "site_id" },
    { name: "quality", sql: "quality::text" },
    { name: "faults", sql: "faults::text" },
    ...layout.map(({ column, sql }) => ({ name: column.name, sql })),
  ];
  return `
    select ${columns.map(({ name }) => `array_send(array_agg(${name})) as ${name}`).join(", ")}${rounds}
    from (
      select ${columns.map(({ name, sql }) => `${sql} as ${name}`).join(", ")} from sample
      where site_id = any($1::int[]) and slot >= $2::timestamptz and slot < $3::timestamptz
      order by site_id, slot) as ordered`;
}

/** Names come from the catalogue and from the registry that is written from it, never from a request. */
function selectPoint(point: PointName, type: string, column: string | null): SelectedPoint {
  const inExtra = `extra->>'${point}'`;
  if (column !== null) return { point, type, sql: `"${column}"` };
  const checked = (jsonType: string, cast: string) =>
    `case when jsonb_typeof(extra->'${point}') = '${jsonType}' then (${inExtra})::${cast} end`;
  if (type === "bool") return { point, type, sql: `(${checked("boolean", "boolean")})` };
  return { point, type, sql: type === "num" ? checked("number", "float8") : inExtra };
}

/** What went wrong with a question to the history. */
export function guardHistory<T>(read: Promise<T>): Promise<T> {
  return read.catch((cause: unknown) => {
    if (cause instanceof AppError) throw cause;
    throw new AppError("storage.unavailable", "the history cannot be read", { cause, retryable: true });
  });
}
