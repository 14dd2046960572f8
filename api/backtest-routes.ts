import { z } from "zod";
import type { BackTestVariant } from "../adapters/alarms/back-test-messages.ts";
import type { BackTestJob as Job } from "../adapters/alarms/back-tests.ts";
import { RuleId } from "../domain/alarms/alarm.ts";
import { BackTestResult } from "../domain/alarms/back-test/back-test-result.ts";
import { FiringDifference } from "../domain/alarms/back-test/compare-firings.ts";
import { pointsWithoutHistory, withParents } from "../domain/alarms/back-test/tested-rules.ts";
import { USUAL_BUDGET } from "../domain/alarms/back-test.ts";
import { joinRules } from "../domain/alarms/join-rules.ts";
import { parseRule, type Rule } from "../domain/alarms/rule.ts";
import { compileRuleSet } from "../domain/alarms/rule-set.ts";
import { AppError, ERROR_CODES } from "../domain/errors.ts";
import { isoOf } from "../domain/iso-of.ts";
import { actorOf } from "./audit-actor.ts";
import { audited } from "./audited.ts";
import { invalid, show } from "./problem.ts";
import { defineRoute, type Route } from "./route.ts";
import { scopeOf, type Viewer, visibleSites } from "./visible-sites.ts";

const tag = "Alarms";
const DAY_MS = 86_400_000;
/** What is kept of raw history usually; longer stretches say nothing more about a rule [J]. */
const LONGEST_DAYS = 92;
const MOST_RULES = 100;

const RuleData = z.record(z.string(), z.unknown()).describe("A rule as it stands in a rule file: see `AlarmRule`");
const RuleList = z.array(RuleData).min(1).max(MOST_RULES);
const Time = z.iso.datetime({ offset: true });
const NewBackTest = z.strictObject({
  ruleIds: z.array(RuleId).min(1).max(MOST_RULES).optional().describe("Rules in force"),
  rules: RuleList.optional().describe("Edited rules; one with the id of a rule in force stands in its place"),
  from: Time,
  to: Time.describe(`At most ${LONGEST_DAYS} days after \`from\``),
  compareWith: z
    .union([z.literal("in-force"), RuleList])
    .optional()
    .describe("The old rules: those in force, or others"),
  budgetPerSiteDay: z.number().positive().max(100).default(USUAL_BUDGET).describe("Alarms per site and day"),
});
type NewBackTest = z.output<typeof NewBackTest>;

const BackTestJob = z
  .strictObject({
    id: z.uuid(),
    state: z.enum(["running", "done", "failed", "cancelled"]),
    progress: z.number().min(0).max(1),
    snapshots: z.int().min(0).describe("Judged so far"),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    ruleIds: z.array(RuleId).describe("Under test"),
    result: BackTestResult.nullable(),
    before: BackTestResult.nullable().describe("Of the old rules"),
    difference: FiringDifference.nullable(),
    failure: z.strictObject({ code: z.enum(ERROR_CODES), reason: z.string() }).nullable(),
  })
  .meta({ id: "BackTest", description: "Rules run over history, and how far that is" });
const JobParams = z.strictObject({ id: z.uuid() });

export const BACKTEST_ROUTES: readonly Route[] = [
  defineRoute({
    method: "POST",
    path: "/api/v1/rules/backtest",
    access: "rules:backtest",
    tag,
    summary: { "zh-CN": "用历史数据回测报警规则", en: "Runs alarm rules over history: what they would have done" },
    body: NewBackTest,
    answer: {
      status: 202,
      description:
        "It runs; ask for it by its id, of this process. One at a time of each person, two in all, ended after 10 minutes. " +
        "Whoever is limited to some sites tests rules about single sites, on those",
      schema: BackTestJob,
    },
    refusals: [409, 429],
    isCostly: true,
    async handle({ body, session, address }, { context, clock }) {
      const siteIds = visibleSites(context, session).map(({ id }) => id);
      const { fromMs, toMs } = stretchOf(body, clock());
      const { variant, before } = variantsOf(body, context.alarms.rules(), session);
      const order = {
        username: session?.username ?? "",
        siteIds,
        variant,
        before,
        fromMs,
        toMs,
        budgetPerSiteDay: body.budgetPerSiteDay,
      };
      const [from, to] = [isoOf(fromMs), isoOf(toMs)];
      const detail = { from, to, rules: variant.tested.slice(0, 10), sites: siteIds.length, compares: before !== null };
      const line = { ...actorOf(session, address), action: "rule:backtest", detail };
      const job = await audited(context.audit, line, async () => context.backTests.start(order));
      const headers = { location: `/api/v1/rules/backtest/${job.id}` };
      return { kind: "json", body: shown(job), headers };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/rules/backtest/{id}",
    access: "rules:backtest",
    tag,
    summary: { "zh-CN": "查看回测进度和结果", en: "How far a back-test is, and what came of it" },
    params: JobParams,
    answer: {
      status: 200,
      description: "One's own; the last ones are kept until the process ends",
      schema: BackTestJob,
    },
    refusals: [404],
    handle({ params: { id }, session }, { context }) {
      return { kind: "json", body: shown(context.backTests.get(id, session?.username ?? "") ?? unknown()) };
    },
  }),
  defineRoute({
    method: "DELETE",
    path: "/api/v1/rules/backtest/{id}",
    access: "rules:backtest",
    tag,
    summary: { "zh-CN": "取消回测", en: "Ends a back-test" },
    params: JobParams,
    answer: { status: 204, description: "It ends; one that has ended stays as it is" },
    refusals: [404],
    async handle({ params: { id }, session, address }, { context }) {
      const username = session?.username ?? "";
      if (context.backTests.get(id, username) === null) unknown();
      const line = { ...actorOf(session, address), action: "rule:backtest-cancel", target: id };
      await audited(context.audit, line, async () => context.backTests.cancel(id, username));
      return { kind: "empty" };
    },
  }),
];

function unknown(): never {
  throw new AppError("backtest.not-found", "there is no such back-test, or it was another process that ran it");
}

/** @throws {AppError} `request.invalid` */
function stretchOf({ from, to }: NewBackTest, nowMs: number): { readonly fromMs: number; readonly toMs: number } {
  const fromMs = Date.parse(from);
  const toMs = Math.min(Date.parse(to), nowMs);
  if (!(toMs > fromMs && toMs - fromMs <= LONGEST_DAYS * DAY_MS)) {
    const allowed = `must be later than from, by ${LONGEST_DAYS} days at most; from must lie in the past`;
    invalid({ field: "body.to", value: show(to), allowed });
  }
  return { fromMs, toMs };
}

/** @throws {AppError} `rule.invalid`, `rule.expression-invalid`, `request.invalid` */
function variantsOf(body: NewBackTest, inForce: readonly Rule[], viewer: Viewer | null) {
  const edited = (body.rules ?? []).map(parseRule);
  const isLimited = scopeOf(viewer) !== null;
  // Who sees a part of the fleet only cannot tell whether most of a segment is away.
  const mayTest = ({ scope }: Rule): boolean => scope === "site" || !isLimited;
  const all = joinRules([edited, inForce]).rules.filter(mayTest);
  const chosen = new Set<string>([...(body.ruleIds ?? []), ...edited.map(({ id }) => id)]);
  // What is off is tested before somebody switches it on.
  const wanted = all.flatMap((rule) => {
    if (chosen.size === 0) return rule.enabled && pointsWithoutHistory(rule).length === 0 ? [rule] : [];
    return chosen.has(rule.id) ? [{ ...rule, enabled: true }] : [];
  });
  const missing = [...chosen].find((id) => !wanted.some((rule) => rule.id === id));
  if (missing !== undefined) {
    invalid({ field: "body.ruleIds", value: show(missing), allowed: "no such rule for you; see /api/v1/rules" });
  }
  for (const rule of wanted) refuseWithoutHistory(rule);
  const { compareWith } = body;
  const variant = variantOf(all, wanted);
  if (compareWith === undefined) return { variant, before: null };
  const olds = compareWith === "in-force" ? [] : compareWith.map(parseRule).filter(mayTest);
  const oldAll = joinRules([olds, inForce]).rules.filter(mayTest);
  const named = new Set([...variant.tested, ...olds.map(({ id }) => id)]);
  return {
    variant,
    before: variantOf(
      oldAll,
      oldAll.filter(({ id }) => named.has(id)),
    ),
  };
}

/** @throws {AppError} `request.invalid` */
function refuseWithoutHistory(rule: Rule): void {
  const points = pointsWithoutHistory(rule);
  if (points.length === 0) return;
  const allowed = `rests on ${points.join(", ")}, of which no history is kept: it cannot be tried`;
  invalid({ field: "body.ruleIds", value: show(rule.id), allowed });
}

/** Compiles them once here, so that a rule that does not work is refused at once. */
function variantOf(all: readonly Rule[], wanted: readonly Rule[]): BackTestVariant {
  const { rules } = joinRules([withParents(all, wanted)]);
  compileRuleSet(rules);
  return { rules, tested: wanted.map(({ id }) => id) };
}

function shown(job: Job): z.input<typeof BackTestJob> {
  const { id, state, progress, snapshots, startedMs, endedMs, order, result, before, difference, failure } = job;
  return {
    id,
    state,
    progress,
    snapshots,
    startedAt: isoOf(startedMs),
    endedAt: endedMs === null ? null : isoOf(endedMs),
    from: isoOf(order.fromMs),
    to: isoOf(order.toMs),
    ruleIds: [...order.variant.tested],
    result,
    before,
    difference,
    failure,
  };
}
