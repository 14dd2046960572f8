import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import { PointName } from "../domain/points/catalogue.ts";
import {
  byDeviation,
  COMPARED_POINTS,
  compareSisters,
  type Fleet,
  Outlier,
  outliersOf,
  USUAL_MIN_DEVIATION,
} from "../domain/telemetry/outliers.ts";
import type { ApiContext } from "./context.ts";
import { limitUpTo, listOf } from "./lists.ts";
import { invalid, show } from "./problem.ts";
import { defineRoute, type Route } from "./route.ts";
import { type Viewer, visibleSites } from "./visible-sites.ts";

const OutlierQuery = z.strictObject({
  point: PointName.optional().describe("One point; every comparable point when absent"),
  minDeviation: z.coerce
    .number()
    .min(0)
    .max(1000)
    .default(USUAL_MIN_DEVIATION)
    .describe("Least absolute modified z-score; 3.5 is the usual limit"),
  limit: limitUpTo(1000, 100),
  cursor: z.coerce.number().int().min(0).max(10_000_000).optional().describe("`nextCursor` of the page before"),
});

/** @throws {AppError} `request.invalid` for a point that says nothing when compared */
function pointsAsked(point: PointName | undefined): readonly PointName[] {
  if (point === undefined) return COMPARED_POINTS;
  if (COMPARED_POINTS.includes(point)) return [point];
  const allowed =
    "a number that is measured or computed at the plant; counters, places and hand readings are not compared";
  return invalid({ field: "query.point", value: show(point), allowed });
}

/** What the viewer may see of the fleet: others count in no median either. */
function fleetNow(context: ApiContext, viewer: Viewer | null, nowMs: number): Fleet {
  const { inventory, liveState, config } = context;
  return {
    sites: visibleSites(context, viewer),
    snapshotOf: (siteId) => liveState.get(siteId),
    intervalOf: (siteId) => inventory.get(siteId)?.intervalS ?? config.pollIntervalS,
    nowMs,
  };
}

export const OUTLIER_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/outliers",
    access: "snapshots:read",
    tag: "Sites",
    summary: {
      "zh-CN": "与同类站点不同的数值，偏差大者在前",
      en: "Values that differ from the sister sites, the biggest deviation first",
    },
    query: OutlierQuery,
    answer: {
      status: 200,
      description: "From the newest snapshots; those older than three intervals do not count",
      schema: listOf(Outlier, "OutlierList"),
    },
    refusals: [429],
    isCostly: true,
    async handle({ query, session }, { context, clock }) {
      const points = pointsAsked(query.point);
      const comparison = compareSisters(fleetNow(context, session, clock()));
      const found: Outlier[] = [];
      for (const point of points) {
        found.push(...outliersOf(point, comparison, query.minDeviation));
        // A big fleet has some milliseconds of work per point: others come in between.
        await setImmediate();
      }
      found.sort(byDeviation);
      const first = query.cursor ?? 0;
      const next = first + query.limit;
      const nextCursor = next < found.length ? String(next) : null;
      return { kind: "json", body: { items: found.slice(first, next), nextCursor, total: found.length } };
    },
  }),
];
