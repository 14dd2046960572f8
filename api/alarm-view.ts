import { z } from "zod";
import type { ListedAlarm } from "../adapters/alarms/read-alarms.ts";
import type { SiteScope } from "../domain/access/site-scope.ts";
import { AlarmId, type AlarmListItem, alarmListItem } from "../domain/alarms/alarm.ts";
import type { AlarmSummary } from "../domain/alarms/alarm-summary.ts";
import { type RuleFacts, ruleFacts } from "../domain/alarms/rule-facts.ts";
import { PLATFORM_RULE_FACTS } from "../domain/alarms/self-watch/index.ts";
import { COMMAND_RULES } from "../domain/commands/command-alarms.ts";
import { AppError } from "../domain/errors.ts";
import type { ApiContext } from "./context.ts";
import { stored } from "./stored.ts";
import { scopeOf, type Viewer, visibleSites } from "./visible-sites.ts";

export const AlarmParams = z.strictObject({ id: AlarmId });

type Context = Pick<ApiContext, "alarms" | "inventory">;

/** The sites whose alarms somebody may see; null = all of them, and then also alarms of segments and of the fleet. */
export function alarmSites(
  { inventory }: Pick<ApiContext, "inventory">,
  viewer: Viewer | null,
): readonly string[] | null {
  return scopeOf(viewer) === null ? null : visibleSites({ inventory }, viewer).map(({ id }) => id);
}

/** One that somebody may not see is answered like one that does not exist. */
export function unknownAlarm(alarmId: string): AppError {
  return new AppError("alarm.not-found", `there is no alarm "${alarmId}"`, { context: { alarmId } });
}

/** @throws {AppError} `alarm.not-found`, `storage.unavailable` */
export async function findAlarm(context: Context, alarmId: string, viewer: Viewer | null): Promise<ListedAlarm> {
  const found = await stored(context.alarms.store.get(alarmId, alarmSites(context, viewer)));
  if (found === null) throw unknownAlarm(alarmId);
  return found;
}

/** Every rule that alarms may be of: those of the flow, the platform's own, and those of commands. */
export function knownRules({ alarms }: Pick<ApiContext, "alarms">): readonly RuleFacts[] {
  return [...PLATFORM_RULE_FACTS, ...Object.values(COMMAND_RULES), ...alarms.rules().map(ruleFacts)];
}

/** Alarms as lists show them. One whose rule is gone bears the rule's id. */
export function alarmItems(context: Pick<ApiContext, "alarms">, listed: readonly ListedAlarm[]): AlarmListItem[] {
  const titles = new Map(
    knownRules(context).map(({ id, texts }) => [id, { "zh-CN": texts["zh-CN"].title, en: texts.en.title }]),
  );
  return listed.map(({ alarm, children }) =>
    alarmListItem(alarm, children, titles.get(alarm.ruleId) ?? { "zh-CN": alarm.ruleId, en: alarm.ruleId }),
  );
}

/** @throws {AppError} `alarm.not-found`, `storage.unavailable` */
export async function shownAlarm(context: Context, alarmId: string, viewer: Viewer | null): Promise<AlarmListItem> {
  const [item] = alarmItems(context, [await findAlarm(context, alarmId, viewer)]);
  if (item === undefined) throw unknownAlarm(alarmId);
  return item;
}

/** @throws {AppError} `storage.unavailable` */
export async function summariseAlarms(context: Context, scope: SiteScope | null, nowMs: number): Promise<AlarmSummary> {
  const { store, isJudging, judgedMs } = context.alarms;
  const siteIds = alarmSites(context, { scope });
  const [counts, sites] = await stored(Promise.all([store.count(siteIds), store.countBySite(siteIds)]));
  const judged = judgedMs();
  return {
    counts,
    sites,
    at: new Date(nowMs).toISOString(),
    isJudging: isJudging(),
    judgedAt: judged === null ? null : new Date(judged).toISOString(),
  };
}
