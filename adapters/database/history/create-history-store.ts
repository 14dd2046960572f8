import type { PointName } from "../../../domain/points/catalogue.ts";
import type { ExportTable } from "../../../domain/telemetry/export-table.ts";
import type { Envelope } from "../../../domain/telemetry/history.ts";
import type { Level, LevelRetention, RolledLevel } from "../../../domain/telemetry/history-level.ts";
import { type Quartiles, quartilesOver } from "../../../domain/telemetry/quantiles.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import type { Database } from "../database.ts";
import { exportTable } from "./export-pages.ts";
import { readFleetHistory } from "./fleet-history.ts";
import { readFailure } from "./read-failure.ts";
import { readSiteHistory, type SiteHistory } from "./site-history.ts";
import { readBefore } from "./snapshot-before.ts";

/** `[fromMs, toMs)` at one level; milliseconds since the Unix epoch. */
export type StoredRange<L extends Level = Level> = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly level: L;
  readonly nowMs: number;
};

export type FleetEnvelope = Pick<Envelope, "avg"> & Partial<Envelope>;

/**
 * Stored history, by the ids of sites. A site that the database does not have yet has no history.
 *
 * Every call rejects with `storage.timeout` when the question was too large for its time limit, and with
 * `storage.unavailable` while the database is away.
 */
export interface HistoryStore {
  /** How long each level is kept. */
  retention(): LevelRetention;
  /** Oldest first, gaps as empty rows; of more than `limit` rows the newest are left out. */
  site(
    siteId: string,
    points: readonly PointName[],
    range: StoredRange & { readonly intervalS: number; readonly limit: number },
  ): Promise<SiteHistory>;
  /** On one grid of buckets; a site without any value is missing. `min` and `max` are left out of mere averages. */
  fleet(
    siteIds: readonly string[],
    point: PointName,
    range: StoredRange<RolledLevel> & { readonly onlyAverages: boolean },
  ): Promise<{ readonly timesMs: readonly number[]; readonly sites: Readonly<Record<string, FleetEnvelope>> }>;
  /** Median and quartiles over these sites, on one grid of buckets. */
  sisters(
    siteIds: readonly string[],
    points: readonly PointName[],
    range: StoredRange<RolledLevel>,
  ): Promise<{ readonly timesMs: readonly number[]; readonly series: Readonly<Record<string, Quartiles>> }>;
  /** The newest stored snapshot before a moment; null when there is none. */
  before(siteId: string, ms: number): Promise<Snapshot | null>;
  /** Everything stored of some sites; it is read while the pages are taken. */
  export(siteIds: readonly string[], points: readonly PointName[], range: Omit<StoredRange, "nowMs">): ExportTable;
}

export type HistoryStoreParts = {
  readonly database: Database;
  /** The database's number of a site. */
  readonly numberOf: (siteId: string) => number | undefined;
  readonly retention: () => LevelRetention;
};

export function createHistoryStore({ database, numberOf, retention }: HistoryStoreParts): HistoryStore {
  const numbered = (siteIds: readonly string[]) =>
    siteIds.flatMap((id) => {
      const number = numberOf(id);
      return number === undefined ? [] : [{ id, number }];
    });

  return {
    retention,

    async site(siteId, points, range) {
      const number = numberOf(siteId);
      if (number === undefined) return { timesMs: [], series: emptySeries(points), isCut: false };
      return guard(readSiteHistory(database, number, points, range));
    },

    async fleet(siteIds, point, range) {
      const sites = numbered(siteIds);
      const numbers = sites.map(({ number }) => number);
      const { timesMs, points } = await guard(readFleetHistory(database, numbers, [point], range));
      const found = sites.flatMap(({ id, number }) => {
        const envelope = points[point]?.get(number);
        return envelope ? [[id, range.onlyAverages ? { avg: envelope.avg } : envelope] as const] : [];
      });
      return { timesMs, sites: Object.fromEntries(found) };
    },

    async sisters(siteIds, points, range) {
      const numbers = numbered(siteIds).map(({ number }) => number);
      const read = await guard(readFleetHistory(database, numbers, points, { ...range, onlyAverages: true }));
      const series: Record<string, Quartiles> = {};
      for (const point of points) {
        const values = [...(read.points[point]?.values() ?? [])].map(({ avg }) => avg);
        series[point] = quartilesOver(values, read.timesMs.length);
        // Sorting for many points takes a while: others get their turn in between.
        await new Promise((resolve) => setImmediate(resolve));
      }
      return { timesMs: read.timesMs, series };
    },

    async before(siteId, ms) {
      const number = numberOf(siteId);
      return number === undefined ? null : guard(readBefore(database, number, ms));
    },

    export(siteIds, points, range) {
      const table = exportTable(database, numbered(siteIds), points, range);
      return { columns: table.columns, pages: guardPages(table.pages) };
    },
  };
}

function guard<T>(read: Promise<T>): Promise<T> {
  return read.catch((cause: unknown) => {
    throw readFailure(cause);
  });
}

async function* guardPages<T>(pages: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* pages;
  } catch (cause) {
    throw readFailure(cause);
  }
}

function emptySeries(points: readonly PointName[]): Record<string, Envelope> {
  return Object.fromEntries(points.map((point) => [point, { avg: [], min: [], max: [] }]));
}
