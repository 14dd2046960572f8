import { expect, test } from "vitest";
import { describeCondition } from "../../domain/alarms/describe-condition.ts";
import type { Rule } from "../../domain/alarms/rule.ts";
import { DEFAULT_RULES, STARTER_RULES } from "../../domain/alarms/starter-rules/index.ts";

const HEAD = `# Alarm rules

The rules to start with, the platform's doubt about its own collection, and cameras. What the words mean, and how limits are changed:
[alarms.md](alarms.md). \`×\`: the alarm is latched, somebody must reset it. \`!\`: nothing ever hides it. Tags of the last
column: [glossary.md](glossary.md#evidence-tags). This file is made by \`npx vitest run test/docs/alarm-rules.test.ts -u\`.
`;

const ZH_PRIORITY = { critical: "紧急", high: "严重", medium: "警告", low: "信息" };

function seconds(s: number): string {
  if (s === 0) return "0";
  if (s % 3600 === 0) return `${s / 3600} h`;
  return s % 60 === 0 ? `${s / 60} min` : `${s} s`;
}

function priorityOf({ priority, escalations, latching, neverSuppressed }: Rule): string {
  const others = escalations.map(({ priority: worse, when, afterS }) => {
    const after = afterS > 0 ? ` after ${seconds(afterS)}` : "";
    return `; ${worse}${when === undefined ? "" : ` if ${describeCondition(when)}`}${after}`;
  });
  return `${priority} ${ZH_PRIORITY[priority]}${latching ? " ×" : ""}${neverSuppressed ? " !" : ""}${others.join("")}`;
}

function watched({ condition, clear }: Rule): string {
  const end = clear === undefined ? "" : `; ends with ${describeCondition(clear)}`;
  return `${describeCondition(condition)}${end}`;
}

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function page(): string {
  const rows = DEFAULT_RULES.map((rule) => {
    const { id, texts, onDelayS, offDelayS, suppressedBy, respondWithinMin, owner, source } = rule;
    return [
      `**${id}**<br>${texts.en.title}<br>${texts["zh-CN"].title}`,
      priorityOf(rule),
      watched(rule),
      `${seconds(onDelayS)} / ${seconds(offDelayS)}`,
      suppressedBy.join(", "),
      respondWithinMin === 0 ? "at once" : seconds(respondWithinMin * 60),
      owner,
      source,
    ];
  });
  const meanings = DEFAULT_RULES.map(({ id, texts: { en } }) => {
    return `### ${id}\n\n${en.title}. ${en.cause}\n\nIf nobody acts: ${en.consequence}\n\n${en.action}\n`;
  });
  return [
    HEAD,
    "| rule | priority | holds while | delay on / off | hidden by | act within | owner | source |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...rows.map((cells) => `| ${cells.map(cell).join(" | ")} |`),
    "\n## What they mean, and what to do\n",
    ...meanings,
  ].join("\n");
}

test("the page of alarm rules is what the rules are", async () => {
  expect(STARTER_RULES).toHaveLength(31);
  await expect(page()).toMatchFileSnapshot("../../docs/alarm-rules.md");
});
