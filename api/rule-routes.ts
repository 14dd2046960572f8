import { z } from "zod";
import { RuleId } from "../domain/alarms/alarm.ts";
import { RuleFacts } from "../domain/alarms/rule-facts.ts";
import { AppError } from "../domain/errors.ts";
import { alarmSites, knownRules } from "./alarm-view.ts";
import { listOf } from "./lists.ts";
import { defineRoute, type Route } from "./route.ts";
import { stored } from "./stored.ts";

const RuleListItem = z
  .strictObject({
    ...RuleFacts.shape,
    active: z.int().min(0).describe("Of the asker's sites: alarms whose condition holds now, seen or unseen"),
  })
  .meta({ id: "RuleListItem" });

export const RULE_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/rules",
    access: "rules:read",
    tag: "Alarms",
    summary: { "zh-CN": "报警规则及其说明", en: "The alarm rules: what they watch, what they mean, what to do" },
    answer: { status: 200, description: "All of them, on one page", schema: listOf(RuleListItem, "RuleList") },
    refusals: [503],
    async handle({ session }, { context }) {
      const { store } = context.alarms;
      const counts = await stored(store.countByRule(alarmSites(context, session)));
      const active = new Map(counts.map((one) => [one.ruleId, one.active]));
      const items = knownRules(context).map((rule) => ({ ...rule, active: active.get(rule.id) ?? 0 }));
      return { kind: "json", body: { items, nextCursor: null, total: items.length } };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/rules/{id}",
    access: "rules:read",
    tag: "Alarms",
    summary: { "zh-CN": "报警规则的完整定义", en: "One rule as it is in force, to be copied and changed" },
    params: z.strictObject({ id: RuleId }),
    answer: {
      status: 200,
      description: "As it stands in a rule file: see `AlarmRule`. The platform's own rules are no such data",
      schema: z.record(z.string(), z.unknown()).meta({ id: "RuleData" }),
    },
    refusals: [404],
    handle({ params: { id } }, { context }) {
      const rule = context.alarms.rules().find((one) => one.id === id);
      if (rule === undefined) {
        throw new AppError("request.not-found", `there is no rule "${id}" in force`, { context: { ruleId: id } });
      }
      return { kind: "json", body: { ...rule } };
    },
  }),
];
