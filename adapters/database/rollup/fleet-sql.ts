import { POINT_NAMES, POINTS, type PointName } from "../../../domain/points/catalogue.ts";
import type { Statement } from "../database.ts";
import { rollupColumns, rollupExpressions } from "./rollup-columns.ts";

/** A select list has room for 1,664 columns, a call for 100 arguments; one array per point stays far below both. */
const AVERAGED = POINT_NAMES.filter(hasPackedAverage);

/**
 * True for points whose 5-minute averages are also stored fleet by fleet. Counters are not: what is read of them is a
 * `double precision` reading, of which a `real` would lose the last digits; words and texts have no average.
 */
export function hasPackedAverage(point: PointName): boolean {
  const { kind } = rollupColumns(point);
  return kind === "gauge" || kind === "state" || (kind === "extra" && POINTS[point].kind !== "counter");
}

/**
 * The statements that write the turned averages of some buckets from `rollup_5m`, in the transaction that has just computed
 * them. Running them again changes nothing.
 *
 * @param buckets ISO times
 * @param endIso after the last bucket, so that other partitions are never looked at
 */
export function fleetStatements(buckets: readonly string[], endIso: string): Statement[] {
  const values = [buckets, buckets[0], endIso];
  return [
    { text: "delete from fleet_5m_sites where bucket = any($1::timestamptz[])", values: [buckets] },
    { ...WRITE, values },
  ];
}

const IN_BUCKETS = `bucket = any($1::timestamptz[]) and bucket >= $2::timestamptz and bucket < $3::timestamptz`;

// The rows are in order before they are grouped, and each array keeps that order: the places of all of them agree.
const WRITE = {
  name: `fleet:5m:${AVERAGED.length}`,
  text: `
with turned as materialized (
  select bucket, array_agg(site_id) as site_ids,
    ${AVERAGED.map((_, index) => `array_agg(a${index}) as a${index}`).join(", ")}
  from (
    select bucket, site_id, ${AVERAGED.map((point, index) => `(${rollupExpressions(point).avg})::real as a${index}`).join(", ")}
    from rollup_5m where ${IN_BUCKETS} order by bucket, site_id) as ordered
  group by bucket
), sites as (
  insert into fleet_5m_sites (bucket, site_ids) select bucket, site_ids from turned
)
insert into fleet_5m (point, bucket, averages)
select p.point, t.bucket, p.averages
from turned t cross join lateral (values ${AVERAGED.map((point, index) => `('${point}', t.a${index})`).join(", ")}) as p (point, averages)
where p.averages is distinct from array_fill(null::real, array[cardinality(p.averages)])`,
};
