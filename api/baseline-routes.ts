import { z } from "zod";
import type { NewBaselines } from "../adapters/alarms/site-baselines.ts";
import {
  BASELINES,
  BaselineFinding,
  isPlausibleBaseline,
  LONGEST_BASELINE_MS,
  SiteBaseline,
} from "../domain/alarms/baseline.ts";
import { BASELINE_NAMES, BaselineName, ENTERED_BASELINES, type SiteFacts } from "../domain/alarms/site-facts.ts";
import { AppError } from "../domain/errors.ts";
import { NoteText } from "./alarm-acts.ts";
import { actorOf } from "./audit-actor.ts";
import { audited } from "./audited.ts";
import type { ApiContext } from "./context.ts";
import { limitUpTo, listOf } from "./lists.ts";
import { invalid, show } from "./problem.ts";
import { defineRoute, type Route } from "./route.ts";
import { findSite, SiteParams } from "./site-routes.ts";
import { stored } from "./stored.ts";

const tag = "Alarms";
const path = "/api/v1/sites/{id}/baselines";
const Moment = z.iso.datetime({ offset: true });
const VoidParams = z.strictObject({
  id: SiteParams.shape.id,
  baselineId: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
});
const ListQuery = z.strictObject({
  quantity: BaselineName.optional(),
  past: z.enum(["true", "false"]).default("false").describe("`true` also lists those that do not count any more"),
  limit: limitUpTo(500, 100),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
});
const SetBaselines = z
  .strictObject({
    quantity: z
      .enum([...BASELINE_NAMES, "all"])
      .describe("`all`: each that the history gives; not what no history shows, such as the greasing of the pump"),
    value: z.number().optional().describe("Entered by hand, in the unit of the quantity"),
    from: Moment.optional().describe("Taken from the history from here on"),
    to: Moment.optional().describe("At most 31 days later, and not in the future"),
    note: NoteText.default(""),
    dryRun: z.boolean().default(false).describe("Only tells what would be kept"),
  })
  .refine(
    ({ quantity, value, from, to }) =>
      value === undefined
        ? from !== undefined && to !== undefined
        : from === undefined && to === undefined && quantity !== "all",
    "must hold either a `value` of one quantity, or `from` and `to`",
  );
type SetBaselines = z.output<typeof SetBaselines>;
const Answer = z
  .strictObject({
    isDryRun: z.boolean(),
    items: z.array(SiteBaseline).describe("What was kept; of a dry run nothing"),
    found: z.array(BaselineFinding).describe("What the history says; empty for a value entered by hand"),
  })
  .meta({ id: "SetSiteBaselines" });

type Chosen = Pick<NewBaselines, "values" | "stretch"> & { readonly found: BaselineFinding[] };

/** @throws {AppError} `request.invalid` for what no plant can have */
function byHand(quantity: BaselineName, value: number): Chosen {
  const { limits, unit } = BASELINES[quantity];
  if (!isPlausibleBaseline(quantity, value)) {
    const allowed = `must be from ${limits[0]} to ${limits[1]} ${unit}`.trim();
    invalid({ field: "body.value", value: show(value), allowed });
  }
  return { values: [{ quantity, value }], stretch: null, found: [] };
}

/** @throws {AppError} `request.invalid`; `storage.unavailable` */
async function fromHistory(
  { siteBaselines }: Pick<ApiContext, "siteBaselines">,
  facts: Pick<SiteFacts, "siteId" | "intervalS" | "ratedPowerKw">,
  { quantity, from = "", to = "" }: SetBaselines,
  nowMs: number,
): Promise<Chosen> {
  const stretch = { fromMs: Date.parse(from), toMs: Date.parse(to) };
  if (stretch.toMs > nowMs || stretch.toMs <= stretch.fromMs || stretch.toMs - stretch.fromMs > LONGEST_BASELINE_MS) {
    const allowed = "must be later than `from`, by 31 days at most, and not in the future";
    invalid({ field: "body.to", value: show(to), allowed });
  }
  const quantities = quantity === "all" ? MEASURED : [quantity];
  const found = await stored(siteBaselines.measure(facts, quantities, stretch));
  const values = found.flatMap((one) => (one.value === null ? [] : [{ ...one, value: one.value }]));
  return { values, stretch, found };
}

/** In words, why nothing is kept. */
function lackOf({ quantity, samples, leastSamples, spread, mostSpread, lack }: BaselineFinding): string {
  const { unit, when, limits } = BASELINES[quantity];
  switch (lack) {
    case "too-scattered":
      return `${quantity}: the quartiles are ${spread} ${unit} apart, at most ${mostSpread} are allowed`;
    case "implausible":
      return `${quantity}: the result is outside ${limits[0]} to ${limits[1]} ${unit}`;
    default:
      return `${quantity}: ${samples} readings count (${when.en}), ${leastSamples} are needed`;
  }
}

const MEASURED = BASELINE_NAMES.filter((name) => !ENTERED_BASELINES.includes(name));

export const BASELINE_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path,
    access: "alarms:read",
    tag,
    summary: { "zh-CN": "站点的调试基准值", en: "What was measured when a site was commissioned" },
    params: SiteParams,
    query: ListQuery,
    answer: { status: 200, description: "The newest first", schema: listOf(SiteBaseline, "SiteBaselineList") },
    refusals: [404, 503],
    async handle({ params, query, session }, { context }) {
      const { id } = findSite(context, params.id, session);
      const { quantity = null, past, limit, cursor = null } = query;
      const filter = { quantity, withPast: past === "true" };
      return { kind: "json", body: await stored(context.siteBaselines.list(id, filter, { limit, cursor })) };
    },
  }),
  defineRoute({
    method: "POST",
    path,
    access: "alarms:manage",
    tag,
    summary: {
      "zh-CN": "设置调试基准值：手工录入，或取自历史数据，可先试算",
      en: "Sets baselines: a value by hand, or what the history says, after a dry run if wanted",
    },
    params: SiteParams,
    body: SetBaselines,
    answer: { status: 200, description: "What was kept, and what the history says", schema: Answer },
    refusals: [404, 409, 503],
    isIdempotent: true,
    async handle({ params, body, session, address }, { context, clock }) {
      const site = findSite(context, params.id, session);
      const nowMs = clock();
      const { quantity, value, note, dryRun: isDryRun, from, to } = body;
      const { ratedPowerKw, intervalS } = site;
      const facts = { siteId: site.id, ratedPowerKw, intervalS: intervalS ?? context.config.pollIntervalS };
      const { values, stretch, found } =
        value !== undefined && quantity !== "all"
          ? byHand(quantity, value)
          : await fromHistory(context, facts, body, nowMs);
      if (isDryRun) return { kind: "json", body: { isDryRun, items: [], found } };
      if (values.length === 0) throw new AppError("baseline.not-in-history", found.map(lackOf).join("; "));
      const detail = {
        values: Object.fromEntries(values.map((one) => [one.quantity, one.value])),
        note,
        ...(stretch === null ? {} : { from, to }),
      };
      const line = { ...actorOf(session, address), action: "alarm:set-baseline", target: site.id, detail };
      const given = { siteId: site.id, values, stretch, note, by: session?.username ?? "", nowMs };
      const items = await audited(context.audit, line, () => stored(context.siteBaselines.add(given)));
      return { kind: "json", body: { isDryRun, items, found } };
    },
  }),
  defineRoute({
    method: "DELETE",
    path: `${path}/{baselineId}`,
    access: "alarms:manage",
    tag,
    summary: {
      "zh-CN": "作废一个调试基准值（不删除）",
      en: "Voids a baseline: it stays in the list, and the one before it counts again",
    },
    params: VoidParams,
    answer: { status: 200, description: "The baseline", schema: SiteBaseline },
    refusals: [404, 503],
    async handle({ params: { id, baselineId }, session, address }, { context, clock }) {
      const { id: siteId } = findSite(context, id, session);
      const line = {
        ...actorOf(session, address),
        action: "alarm:void-baseline",
        target: siteId,
        detail: { baselineId },
      };
      const voided = await audited(context.audit, line, async () => {
        const found = await stored(context.siteBaselines.void(siteId, baselineId, session?.username ?? "", clock()));
        if (!found) throw new AppError("baseline.not-found", `site "${siteId}" has no baseline ${baselineId}`);
        return found;
      });
      return { kind: "json", body: voided };
    },
  }),
];
