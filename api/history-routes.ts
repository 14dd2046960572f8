import { z } from "zod";
import { AppError } from "../domain/errors.ts";
import { type Sisters, sistersOf } from "../domain/sites/sisters.ts";
import type { Site } from "../domain/sites/site.ts";
import { FleetHistory, History, SisterHistory } from "../domain/telemetry/history.ts";
import { ROLLED_LEVELS, type RolledLevel, Step } from "../domain/telemetry/history-level.ts";
import {
  HISTORY_LIMITS,
  type HistoryPlan,
  type HistoryQuestion,
  planHistory,
} from "../domain/telemetry/history-plan.ts";
import type { ApiContext } from "./context.ts";
import { nameField } from "./problem.ts";
import { defineRoute, type Route } from "./route.ts";
import { SiteSelection, selectSites } from "./select-sites.ts";
import { JSON_TYPE } from "./send.ts";
import { findSite, SiteParams } from "./site-routes.ts";
import { visibleSites } from "./visible-sites.ts";

/** Of a very large circle the first ones stand for all [J]. */
const MOST_SISTERS = 300;
const MOST_SISTER_VALUES = 500_000;

const Time = z.iso.datetime({ offset: true });
/** What every question about history has in common. */
export const HistoryRange = {
  from: Time.optional().describe("Inclusive; an hour before `to` when absent"),
  to: Time.optional().describe("Exclusive; now when absent"),
};
const Points = z
  .string()
  .max(2000)
  .describe(`Names of the catalogue, joined by commas; at most ${HISTORY_LIMITS.points}`);

const HistoryQuery = z.strictObject({
  points: Points,
  ...HistoryRange,
  step: Step.default("auto").describe(
    "`auto` picks the finest that gives at most 2,200 values and still holds `from`; the answer names it",
  ),
});
const RolledStep = z
  .enum(["auto", ...ROLLED_LEVELS])
  .default("auto")
  .describe("Many sites are read from roll-ups; the answer names the step");
const FleetQuery = z.strictObject({
  point: z.string().max(80).describe("A name of the catalogue"),
  ...HistoryRange,
  step: RolledStep,
  values: z
    .enum(["average", "envelope"])
    .default("average")
    .describe("`envelope` also gives the least and the greatest value of each bucket, which takes longer"),
  ...SiteSelection,
});
const SisterQuery = z.strictObject({ points: Points, ...HistoryRange, step: RolledStep });

const COSTS = { refusals: [404, 429, 503, 504], isCostly: true } as const;

export const HISTORY_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/sites/{id}/history",
    access: "history:read",
    tag: "History",
    summary: { "zh-CN": "单个站点的测点历史", en: "Points of one site over time" },
    params: SiteParams,
    query: HistoryQuery,
    answer: { status: 200, description: "Values oldest first; gaps are null", schema: History },
    ...COSTS,
    async handle({ params, query, session }, { context, recentHistory }) {
      const site = findSite(context, params.id, session);
      const asked = { id: site.id, intervalS: intervalOf(context, site) };
      const question = { ...query, points: query.points.split(",") };
      const parts = await recentHistory.jsonOf(asked, question).catch(nameField({}));
      return { kind: "parts", contentType: JSON_TYPE, parts };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/history",
    access: "history:read",
    tag: "History",
    summary: {
      "zh-CN": "多个站点同一测点的历史（热力图）",
      en: "One point of many sites over time, as for a heat map",
    },
    query: FleetQuery,
    answer: {
      status: 200,
      description: `On one grid of buckets; at most ${HISTORY_LIMITS.fleetValues} values`,
      schema: FleetHistory,
    },
    ...COSTS,
    async handle({ query, session }, { context, clock }) {
      const sites = selectSites(context, query, session);
      const question = { ...query, points: [query.point] };
      const nowMs = clock();
      const plan = planRolled(context, question, sites.length, nowMs, HISTORY_LIMITS.fleetValues, { points: "point" });
      const [point] = plan.points;
      if (point === undefined) throw new AppError("point.not-found", "there is no such point");
      const ids = sites.map(({ id }) => id);
      const range = { ...plan, nowMs, onlyAverages: query.values === "average" };
      const { timesMs, sites: found } = await context.storage.history.fleet(ids, point, range);
      return { kind: "json", body: { point, ...headOf(plan, timesMs), sites: found } satisfies FleetHistory };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/sites/{id}/history/sisters",
    access: "history:read",
    tag: "History",
    summary: {
      "zh-CN": "姐妹站点（同型号、同片区）的中位数与四分位",
      en: "Median and quartiles of the sister sites: same profile, same zone",
    },
    params: SiteParams,
    query: SisterQuery,
    answer: { status: 200, description: "On one grid of buckets; the site itself is not in it", schema: SisterHistory },
    ...COSTS,
    async handle({ params, query, session }, { context, clock }) {
      const site = findSite(context, params.id, session);
      // A median tells of the sites behind it: only those that the asker may see.
      const sisters = sistersOf(visibleSites(context, session), site);
      const question = { ...query, points: query.points.split(",") };
      const body = await sisterHistory(context, site, sisters, question, clock());
      return { kind: "json", body };
    },
  }),
];

/** The polling interval in force, seconds. */
function intervalOf({ config }: Pick<ApiContext, "config">, { intervalS }: Site): number {
  return intervalS ?? config.pollIntervalS;
}

async function sisterHistory(
  context: ApiContext,
  { id }: Site,
  { basis, ids }: Sisters,
  question: HistoryQuestion,
  nowMs: number,
): Promise<SisterHistory> {
  const chosen = ids.slice(0, MOST_SISTERS);
  const plan = planRolled(context, question, Math.max(1, chosen.length), nowMs, MOST_SISTER_VALUES, {});
  const { timesMs, series } = await context.storage.history.sisters(chosen, plan.points, { ...plan, nowMs });
  return { siteId: id, basis, sisters: chosen.length, ...headOf(plan, timesMs), series };
}

type RolledPlan = HistoryPlan & { readonly level: RolledLevel };

/** @throws {AppError} `request.invalid` that names the field of the query */
function planRolled(
  { storage, config }: ApiContext,
  question: HistoryQuestion,
  sites: number,
  nowMs: number,
  maxValues: number,
  names: Readonly<Record<string, string>>,
): RolledPlan {
  const circumstances = { nowMs, intervalS: config.pollIntervalS, retention: storage.history.retention() };
  try {
    const plan = planHistory(question, { ...circumstances, levels: ROLLED_LEVELS, sites, maxValues });
    if (plan.level === "raw") throw new AppError("internal.unexpected", "a fleet is never read from raw rows");
    return { ...plan, level: plan.level };
  } catch (error) {
    return nameField(names)(error);
  }
}

function headOf({ level, stepS, fromMs, toMs }: RolledPlan, timesMs: readonly number[]) {
  const range = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
  return { step: level, stepS, ...range, times: timesMs.map((ms) => new Date(ms).toISOString()) };
}
