import { z } from "zod";
import { RuleFacts, ruleFacts } from "../domain/alarms/rule-facts.ts";
import { alarmSites } from "./alarm-view.ts";
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
      const { rules, store } = context.alarms;
      const counts = await stored(store.countByRule(alarmSites(context, session)));
      const active = new Map(counts.map((one) => [one.ruleId, one.active]));
      const items = rules().map((rule) => ({ ...ruleFacts(rule), active: active.get(rule.id) ?? 0 }));
      return { kind: "json", body: { items, nextCursor: null, total: items.length } };
    },
  }),
];
