import { z } from "zod";
import { AlarmListItem, AlarmTransition, RuleId, TransitionKind } from "../domain/alarms/alarm.ts";
import { AlarmSummary } from "../domain/alarms/alarm-summary.ts";
import { RuleFacts } from "../domain/alarms/rule-facts.ts";
import { SiteId } from "../domain/sites/site-id.ts";
import { AlarmSelection, readSelection, sitesOf, wordsOf } from "./alarm-filter.ts";
import { AlarmParams, alarmItems, findAlarm, knownRules, summariseAlarms, unknownAlarm } from "./alarm-view.ts";
import { limitUpTo, listOf } from "./lists.ts";
import { invalid, show } from "./problem.ts";
import { defineRoute, type Route } from "./route.ts";
import { stored } from "./stored.ts";
import { scopeOf } from "./visible-sites.ts";

const access = "alarms:read";
const tag = "Alarms";
const NEWEST_TRANSITIONS = 50;

const ListQuery = z.strictObject({
  ...AlarmSelection,
  limit: limitUpTo(500, 100),
  cursor: z
    .string()
    .regex(/^[1-4][1-5]-\d{1,15}-[~a-z0-9.-]{3,140}$/)
    .optional(),
});
const Page = {
  limit: limitUpTo(500, 100),
  cursor: z
    .string()
    .regex(/^\d{1,15}-\d{1,9}-[~a-z0-9.-]{3,140}$/)
    .optional(),
};
const PageQuery = z.strictObject(Page);
const HistoryQuery = z.strictObject({
  site: SiteId.optional(),
  rule: z.string().max(2_000).optional().describe("Ids of rules, joined by commas"),
  kind: z.string().max(200).optional().describe("Kinds of change, joined by commas, such as `acknowledged`"),
  from: z.iso.datetime({ offset: true }).optional().describe("Changes at this time and later"),
  to: z.iso.datetime({ offset: true }).optional().describe("Changes before this time"),
  ...Page,
});
/** Without a total: the history is as long as the platform is old. */
const TransitionList = z
  .strictObject({
    items: z.array(AlarmTransition),
    nextCursor: z.string().nullable().describe("Goes into `cursor` for the next page; null at the end"),
  })
  .meta({ id: "AlarmTransitionList" });
const AlarmDetail = z
  .strictObject({
    ...AlarmListItem.shape,
    rule: RuleFacts.nullable().describe("null: there is no such rule any more"),
    transitions: z
      .array(AlarmTransition)
      .describe(`What happened last, the newest first; ${NEWEST_TRANSITIONS} at most`),
  })
  .meta({ id: "AlarmDetail" });

const msOf = (time: string | undefined) => (time === undefined ? null : Date.parse(time));

export const ALARM_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/alarms",
    access,
    tag,
    summary: { "zh-CN": "报警列表，最严重的在前", en: "Alarms, the worst first" },
    query: ListQuery,
    answer: {
      status: 200,
      description: "By priority, then what asks for somebody, then the newest",
      schema: listOf(AlarmListItem, "AlarmList"),
    },
    refusals: [503],
    async handle({ query, session }, { context }) {
      const { limit, cursor = null, ...selection } = query;
      const filter = readSelection(context, session, selection, "query");
      const { items, nextCursor, total } = await stored(context.alarms.store.list(filter, { limit, cursor }));
      return { kind: "json", body: { items: alarmItems(context, items), nextCursor, total } };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/alarms/summary",
    access,
    tag,
    summary: { "zh-CN": "报警数量：按优先级、按站点", en: "How many alarms there are, by priority and by site" },
    answer: { status: 200, description: "Of the asker's sites", schema: AlarmSummary },
    refusals: [503],
    async handle({ session }, { context, clock }) {
      return { kind: "json", body: await summariseAlarms(context, scopeOf(session), clock()) };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/alarms/{id}",
    access,
    tag,
    summary: {
      "zh-CN": "单条报警：原因、后果、处置和经过",
      en: "One alarm: cause, consequence, action and what happened",
    },
    params: AlarmParams,
    answer: { status: 200, description: "The alarm, its rule and its last changes", schema: AlarmDetail },
    refusals: [404, 503],
    async handle({ params, session }, { context }) {
      const { store } = context.alarms;
      const found = await findAlarm(context, params.id, session);
      const [item] = alarmItems(context, [found]);
      if (item === undefined) throw unknownAlarm(params.id);
      const page = { limit: NEWEST_TRANSITIONS, cursor: null };
      const { items } = await stored(store.transitions({ siteIds: null, alarmId: params.id }, page));
      const rule = knownRules(context).find(({ id }) => id === item.ruleId) ?? null;
      return { kind: "json", body: { ...item, rule, transitions: items } };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/alarms/{id}/transitions",
    access,
    tag,
    summary: { "zh-CN": "单条报警的经过，新的在前", en: "What happened to one alarm, the newest first" },
    params: AlarmParams,
    query: PageQuery,
    answer: { status: 200, description: "One item per change", schema: TransitionList },
    refusals: [404, 503],
    async handle({ params, query, session }, { context }) {
      await findAlarm(context, params.id, session);
      const { limit, cursor = null } = query;
      const filter = { siteIds: null, alarmId: params.id };
      return { kind: "json", body: await stored(context.alarms.store.transitions(filter, { limit, cursor })) };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/alarm-history",
    access,
    tag,
    summary: { "zh-CN": "报警历史，新的在前", en: "What happened to alarms, the newest first" },
    query: HistoryQuery,
    answer: { status: 200, description: "One item per change of an alarm", schema: TransitionList },
    refusals: [503],
    isCostly: true,
    async handle({ query, session }, { context }) {
      const { site, rule, kind, from, to, limit, cursor = null } = query;
      const [fromMs, toMs] = [msOf(from), msOf(to)];
      if (fromMs !== null && toMs !== null && fromMs >= toMs) {
        invalid({ field: "query.to", value: show(to), allowed: "must be later than `from`" });
      }
      const filter = {
        siteIds: sitesOf(context, session, site, "query"),
        ruleIds: wordsOf(rule, RuleId, "query.rule"),
        kinds: wordsOf(kind, TransitionKind, "query.kind"),
        fromMs,
        toMs,
      };
      return { kind: "json", body: await stored(context.alarms.store.transitions(filter, { limit, cursor })) };
    },
  }),
];
