import { z } from "zod";
import type { AlarmListing, TransitionFilter } from "../adapters/alarms/read-alarms.ts";
import { AlarmId, type AlarmTransition, RuleId } from "../domain/alarms/alarm.ts";
import { alarmStatistics } from "../domain/alarms/alarm-statistics.ts";
import { SiteId } from "../domain/sites/site-id.ts";
import { sitesOf } from "./alarm-filter.ts";
import type { ApiContext } from "./context.ts";
import { invalid, show } from "./problem.ts";
import { defineRoute, type Route } from "./route.ts";
import { stored } from "./stored.ts";

const DAY_MS = 86_400_000;
/** Without a period: the last week, by which the figures are usually judged. */
const USUAL_MS = 7 * DAY_MS;
const LONGEST_MS = 31 * DAY_MS;
/** A month at twenty times the budget of 150 sites. */
const MOST_CHANGES = 100_000;
const BATCH = 5_000;
/** Of each list of alarms; how many there are in all stands beside it. */
const MOST_NAMED = 100;

const Query = z.strictObject({
  from: z.iso.datetime({ offset: true }).optional().describe("Seven days before `to`, when absent"),
  to: z.iso.datetime({ offset: true }).optional().describe("Now, when absent"),
  site: SiteId.optional(),
  operators: z.coerce.number().int().min(1).max(100).default(1).describe("Operator positions that share the work"),
});

const Count = z.int().min(0);
const Share = z.number().min(0).max(1);
const Named = z.strictObject({
  count: Count,
  ids: z.array(AlarmId).max(MOST_NAMED).describe(`The first ${MOST_NAMED}`),
});
const Statistics = z
  .strictObject({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    operators: z.int().min(1),
    announced: Count.describe("Times that people were told of an alarm; what was hidden or repeated is not in it"),
    perOperatorHour: z.number().min(0),
    crowdedShare: Share.describe("Of the 10-minute intervals, those with more than 10 alarms; goal: below 0.01"),
    floodShare: Share.describe("Of the time, that in flood; goal: below 0.01"),
    byPriority: z.strictObject({ critical: Count, high: Count, medium: Count, low: Count }),
    topRules: z.array(z.strictObject({ ruleId: RuleId, announced: Count, share: Share })).describe("The ten loudest"),
    topShare: Share.nullable().describe("Of these ten together; goal: below 0.05. null: no alarm"),
    chattering: Named.describe("Changed more than 5 times within 5 minutes; goal: none"),
    fleeting: Named.describe("Lasted less than 10 s; goal: none"),
    stale: Named.describe("Active for more than 24 h at the end; goal: fewer than 5"),
    medianAcknowledgeS: z.number().min(0).nullable().describe("Seconds from being told to the acknowledgement"),
    worstAcknowledgeS: z.number().min(0).nullable(),
  })
  .meta({ id: "AlarmStatistics", description: "Figures of ISA-18.2 over a period" });

function periodOf({ from, to }: z.output<typeof Query>, nowMs: number): { fromMs: number; toMs: number } {
  const toMs = Math.min(nowMs, to === undefined ? nowMs : Date.parse(to));
  const fromMs = from === undefined ? toMs - USUAL_MS : Date.parse(from);
  if (fromMs >= toMs || toMs - fromMs > LONGEST_MS) {
    const allowed = `must be earlier than \`to\` and than now, by ${LONGEST_MS / DAY_MS} days at most`;
    invalid({ field: "query.from", value: show(from), allowed });
  }
  return { fromMs, toMs };
}

type Changes = Awaited<ReturnType<ApiContext["alarms"]["store"]["transitions"]>>;

/** Oldest first. @throws {AppError} `request.invalid` for more than can be counted at once; `storage.unavailable` */
async function readChanges(context: ApiContext, filter: TransitionFilter): Promise<AlarmTransition[]> {
  const changes: AlarmTransition[] = [];
  let cursor: string | null = null;
  do {
    const page: Changes = await stored(context.alarms.store.transitions(filter, { limit: BATCH, cursor }));
    changes.push(...page.items);
    cursor = page.nextCursor;
    if (changes.length >= MOST_CHANGES && cursor !== null) {
      const allowed = `must hold ${MOST_CHANGES} changes at most: choose a shorter period or one site`;
      invalid({ field: "query.from", value: "a longer period", allowed });
    }
  } while (cursor !== null);
  return changes.reverse();
}

/** Those whose condition holds now. One that has begun and ended since the end of the period is in no list. */
async function readActive({ alarms: { store } }: ApiContext, siteIds: readonly string[] | null) {
  const active: { id: string; active: boolean; raisedAt: string }[] = [];
  let cursor: string | null = null;
  do {
    const page: AlarmListing = await stored(store.list({ siteIds, isActive: true }, { limit: BATCH, cursor }));
    active.push(...page.items.map(({ alarm }) => alarm));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return active;
}

const named = (ids: readonly string[]) => ({ count: ids.length, ids: ids.slice(0, MOST_NAMED) });

export const ALARM_STATISTICS_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/alarm-statistics",
    access: "alarms:read",
    tag: "Alarms",
    summary: { "zh-CN": "报警统计（ISA-18.2 指标）", en: "How well the alarms serve people: figures of ISA-18.2" },
    query: Query,
    answer: { status: 200, description: "Counted from what is stored, of the asker's sites", schema: Statistics },
    refusals: [503],
    isCostly: true,
    async handle({ query, session }, { context, clock }) {
      const { fromMs, toMs } = periodOf(query, clock());
      const siteIds = sitesOf(context, session, query.site, "query");
      const [changes, active] = await Promise.all([
        readChanges(context, { siteIds, fromMs, toMs }),
        readActive(context, siteIds),
      ]);
      const { operators } = query;
      const figures = alarmStatistics(changes, active, { fromMs, toMs, operators });
      const { chattering, fleeting, stale, topRules, byPriority } = figures;
      const body = {
        ...figures,
        byPriority: { ...byPriority },
        topRules: [...topRules],
        chattering: named(chattering),
        fleeting: named(fleeting),
        stale: named(stale),
        from: new Date(fromMs).toISOString(),
        to: new Date(toMs).toISOString(),
        operators,
      };
      return { kind: "json", body };
    },
  }),
];
