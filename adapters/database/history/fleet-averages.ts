import type { PointName } from "../../../domain/points/catalogue.ts";
import { BUCKET_S } from "../../../domain/telemetry/history-level.ts";
import type { Database, Row } from "../database.ts";
import { type Column, columnOf } from "./columns.ts";

const BUCKET_MS = BUCKET_S["5m"] * 1000;

/** Averages of a point by site number, on a grid of buckets; a site that is in no bucket is missing. */
export type FleetAverages = ReadonlyMap<number, (number | null)[]>;

export type PackedBuckets = {
  /** Those of `bucketsMs` that are not stored in this way: they are to be read from `rollup_5m`. */
  readonly missingMs: readonly number[];
  /** The newest that is; null for none. */
  readonly newestMs: number | null;
  readonly points: Readonly<Record<string, FleetAverages>>;
};

/**
 * Reads 5-minute averages of many sites where they are stored bucket by bucket: a row for 5 minutes of a whole fleet
 * instead of one per site.
 *
 * @param points those that `hasPackedAverage`
 * @param bucketsMs starts of the buckets, in order, without gaps
 * @param length of the arrays to give: buckets that follow are left empty
 * @throws {SqlError}
 */
export async function readPackedBuckets(
  database: Database,
  siteNumbers: readonly number[],
  points: readonly PointName[],
  bucketsMs: readonly number[],
  length: number,
): Promise<PackedBuckets> {
  const firstMs = bucketsMs[0] ?? 0;
  const range = [new Date(firstMs).toISOString(), new Date(bucketsMs.at(-1) ?? 0).toISOString()];
  const [sites, averages] = await Promise.all([
    database.query<BucketRow>(SITES, range),
    database.query<BucketRow & { point: string }>(AVERAGES, [points, ...range]),
  ]);
  const sitesAt = unpackSites(sites);
  const byPoint = new Map(points.map((point) => [point as string, emptyArrays(siteNumbers, sitesAt, length)]));
  for (const row of averages) {
    const atMs = row.bucket.getTime();
    const bySite = byPoint.get(row.point);
    if (bySite) place(bySite, sitesAt.get(atMs) ?? [], columnOf(row, "packed"), (atMs - firstMs) / BUCKET_MS);
  }
  return {
    missingMs: bucketsMs.filter((ms) => !sitesAt.has(ms)),
    newestMs: sitesAt.size === 0 ? null : Math.max(...sitesAt.keys()),
    points: Object.fromEntries(byPoint),
  };
}

type BucketRow = Row & { readonly bucket: Date; readonly packed: Buffer };

const SITES = `
  select bucket, array_send(site_ids) as packed from fleet_5m_sites
  where bucket between $1::timestamptz and $2::timestamptz`;
const AVERAGES = `
  select point, bucket, array_send(averages) as packed from fleet_5m
  where point = any($1::text[]) and bucket between $2::timestamptz and $3::timestamptz`;

/** Numbers of sites by bucket. They are mostly those of the bucket before: equal bytes are read once. */
function unpackSites(rows: readonly BucketRow[]): Map<number, readonly number[]> {
  const sitesAt = new Map<number, readonly number[]>();
  let lastPacked: Buffer | null = null;
  let last: readonly number[] = [];
  for (const row of rows) {
    if (!lastPacked?.equals(row.packed)) last = columnOf(row, "packed") as readonly number[];
    lastPacked = row.packed;
    sitesAt.set(row.bucket.getTime(), last);
  }
  return sitesAt;
}

/** An empty array for each of these sites that is in any of the buckets. */
function emptyArrays(
  siteNumbers: readonly number[],
  sitesAt: ReadonlyMap<number, readonly number[]>,
  length: number,
): Map<number, (number | null)[]> {
  const stored = new Set([...new Set(sitesAt.values())].flat());
  const found = siteNumbers.filter((number) => stored.has(number));
  return new Map(found.map((number) => [number, new Array<number | null>(length).fill(null)]));
}

function place(
  bySite: ReadonlyMap<number, (number | null)[]>,
  siteNumbers: readonly number[],
  averages: Column,
  at: number,
): void {
  for (let index = 0; index < siteNumbers.length; index += 1) {
    const target = bySite.get(siteNumbers[index] ?? -1);
    if (target) target[at] = averages[index] as number | null;
  }
}
