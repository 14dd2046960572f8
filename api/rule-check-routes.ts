import { z } from "zod";
import { checkRule, RuleCheck, readOwnRule } from "../domain/alarms/check-rule.ts";
import { localClock } from "../domain/alarms/local-clock.ts";
import { previewRule, RulePreview } from "../domain/alarms/preview-rule.ts";
import type { Rule } from "../domain/alarms/rule.ts";
import type { SiteFacts } from "../domain/alarms/site-facts.ts";
import type { Site } from "../domain/sites/site.ts";
import { invalid } from "./problem.ts";
import { defineRoute, type Route } from "./route.ts";
import { scopeOf, type Viewer, visibleSites } from "./visible-sites.ts";

const GivenRule = z.strictObject({
  rule: z.record(z.string(), z.unknown()).describe("A rule as it stands in a rule file: see `AlarmRule`"),
});

export const RULE_CHECK_ROUTES: readonly Route[] = [
  defineRoute({
    method: "POST",
    path: "/api/v1/rules/check",
    access: "rules:backtest",
    tag: "Alarms",
    summary: {
      "zh-CN": "校验报警规则，指出有误的字段和位置",
      en: "Checks a rule: names the field or the position that is wrong, and what is allowed",
    },
    body: GivenRule,
    answer: { status: 200, description: "What is wrong with it, or what it says", schema: RuleCheck },
    handle: ({ body: { rule } }) => ({ kind: "json", body: checkRule(rule) }),
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/rules/preview",
    access: "rules:backtest",
    tag: "Alarms",
    summary: {
      "zh-CN": "用当前数据预览报警规则：在哪些站点成立",
      en: "Judges a rule on the present data: at which sites its condition holds",
    },
    body: GivenRule,
    answer: { status: 200, description: "Where it holds now, delays left out", schema: RulePreview },
    isCostly: true,
    handle({ body, session }, { context, clock }) {
      const rule = readOwnRule(body.rule);
      refuseGroups(rule, session);
      const { liveState, collector, alarms, config } = context;
      const sites = visibleSites(context, session);
      const slotMs = clock();
      const preview = previewRule(rule, {
        slot: {
          slotMs,
          facts: ofThese(sites, alarms.facts()),
          clock: localClock(slotMs, config.siteTimeZone),
        },
        snapshots: sites.flatMap(({ id }) => liveState.get(id) ?? []),
        misses: (siteId) => collector.factsOf(siteId)?.misses ?? 0,
      });
      return { kind: "json", body: preview };
    },
  }),
];

function ofThese(sites: readonly Site[], facts: ReadonlyMap<string, SiteFacts>): ReadonlyMap<string, SiteFacts> {
  const ids = new Set(sites.map(({ id }) => id));
  return new Map([...facts].filter(([siteId]) => ids.has(siteId)));
}

/** @throws {AppError} `request.invalid`: who sees a part of the fleet only cannot tell whether most of a segment is away */
function refuseGroups({ scope }: Rule, viewer: Viewer | null): void {
  if (scope === "site" || scopeOf(viewer) === null) return;
  invalid({ field: "body.rule.scope", value: scope, allowed: '"site": you see a part of the fleet only' });
}
