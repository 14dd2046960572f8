import { z } from "zod";
import { AppError } from "../domain/errors.ts";
import { isPointName, type PointName } from "../domain/points/catalogue.ts";
import type { Site } from "../domain/sites/site.ts";
import { History } from "../domain/telemetry/history.ts";
import type { ApiContext } from "./context.ts";
import { invalid, show } from "./problem.ts";
import { defineRoute, type Route } from "./route.ts";
import { findSite, SiteParams } from "./site-routes.ts";

const MAX_POINTS = 20;
const MAX_VALUES = 20_000;
const USUAL_RANGE_MS = 3_600_000;
/** Roll-ups are not stored; every step that is, stands here. */
const STEPS = ["auto", "raw"] as const;

const Time = z.iso.datetime({ offset: true });
const HistoryQuery = z.strictObject({
  points: z.string().max(2000).describe(`Names of the catalogue, joined by commas; at most ${MAX_POINTS}`),
  from: Time.optional().describe("Inclusive; an hour before `to` when absent"),
  to: Time.optional().describe("Exclusive; now when absent"),
  step: z
    .enum(STEPS)
    .default("auto")
    .describe("`auto` picks the finest step that is stored and fits; the answer names it"),
});

/** @throws {AppError} `request.invalid` that names the points which do not exist */
function readPoints(text: string): PointName[] {
  const names = [...new Set(text.split(",").map((name) => name.trim()))];
  const unknown = names.filter((name) => !isPointName(name));
  const field = "query.points";
  if (unknown.length > 0) invalid({ field, value: show(unknown[0]), allowed: "no such point; see /api/v1/points" });
  if (names.length > MAX_POINTS) {
    invalid({ field, value: `${names.length} points`, allowed: `at most ${MAX_POINTS} points` });
  }
  return names.filter(isPointName);
}

/** @throws {AppError} `request.invalid` when the range is empty, or holds more values than one answer may */
function readRange(
  query: z.infer<typeof HistoryQuery>,
  intervalS: number,
  nowMs: number,
): { fromMs: number; toMs: number } {
  const toMs = query.to === undefined ? nowMs : Date.parse(query.to);
  const fromMs = query.from === undefined ? toMs - USUAL_RANGE_MS : Date.parse(query.from);
  if (toMs <= fromMs)
    invalid({ field: "query.to", value: show(query.to ?? "now"), allowed: "must be later than from" });
  const longestS = MAX_VALUES * intervalS;
  if ((toMs - fromMs) / 1000 > longestS) {
    const asked = `${Math.round((toMs - fromMs) / 1000)} s before to`;
    const allowed = `at most ${longestS} s with step raw (${MAX_VALUES} values per point)`;
    invalid({ field: "query.from", value: asked, allowed });
  }
  return { fromMs, toMs };
}

/** @throws {AppError} `storage.unavailable`; `request.invalid` when a site that was watched closely has too many values */
async function readHistory(
  { storage }: Pick<ApiContext, "storage">,
  { id }: Site,
  points: readonly PointName[],
  { fromMs, toMs, intervalS }: { fromMs: number; toMs: number; intervalS: number },
): Promise<History> {
  const history = await storage.rawHistory(id, points, fromMs, toMs, intervalS).catch((cause: unknown) => {
    throw new AppError("storage.unavailable", "the database cannot be read", { cause, retryable: true });
  });
  const last = history.times.at(-1);
  const isCut = history.times.length >= MAX_VALUES && last !== undefined && Date.parse(last) < toMs - intervalS * 2000;
  if (isCut) {
    const field = "query.from";
    const value = new Date(fromMs).toISOString();
    invalid({ field, value, allowed: `holds more than ${MAX_VALUES} values per point: ask for a shorter range` });
  }
  return history;
}

export const HISTORY_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/sites/{id}/history",
    access: "history:read",
    tag: "Sites",
    summary: { "zh-CN": "单个站点的测点历史", en: "Points of one site over time" },
    params: SiteParams,
    query: HistoryQuery,
    answer: { status: 200, description: "Values oldest first; gaps are null", schema: History },
    refusals: [404, 429, 503],
    isCostly: true,
    async handle({ params, query }, { context, clock }) {
      const site = findSite(context, params.id);
      const points = readPoints(query.points);
      const intervalS = site.intervalS ?? context.config.pollIntervalS;
      const range = readRange(query, intervalS, clock());
      return { kind: "json", body: await readHistory(context, site, points, { ...range, intervalS }) };
    },
  }),
];
