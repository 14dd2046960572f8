import { expect, test } from "vitest";
import { checkRule } from "../../../domain/alarms/check-rule.ts";
import { compileRule } from "../../../domain/alarms/compile-rule.ts";
import type { Condition } from "../../../domain/alarms/condition.ts";
import { CONDITION_KINDS } from "../../../domain/alarms/condition-kinds.ts";
import { previewRule } from "../../../domain/alarms/preview-rule.ts";
import type { RuleInput } from "../../../domain/alarms/rule.ts";
import { DEFAULT_RULES } from "../../../domain/alarms/starter-rules/index.ts";
import { aRule, aSnapshot, NOON, type Reading, START_MS, someFacts } from "./fleet-under-test.ts";

const SITES = ["site-001", "site-002", "site-003", "site-004", "site-005", "site-006"];

type Given = {
  readonly readings?: Record<string, Reading | null>;
  readonly misses?: Record<string, number>;
  readonly ageMs?: number;
  readonly segmentId?: string;
};

function preview(condition: Condition, rule: Partial<RuleInput> = {}, given: Given = {}) {
  const { readings = {}, misses = {}, ageMs = 0, segmentId = null } = given;
  const snapshots = SITES.flatMap((siteId) => {
    const reading = readings[siteId];
    return reading === null ? [] : [aSnapshot(siteId, START_MS - ageMs, reading)];
  });
  return previewRule(aRule(condition, rule), {
    slot: {
      slotMs: START_MS + 20_000,
      facts: new Map(SITES.map((id) => [id, someFacts(id, { segmentId, circleId: "c" })])),
      clock: NOON,
    },
    snapshots,
    misses: (siteId) => misses[siteId] ?? 0,
  });
}
const HIGH: Condition = { kind: "limit", point: "supply_temp_c", op: ">=", limit: 40 };

test("says where it holds, with value and limit", () => {
  const found = preview(HIGH, {}, { readings: { "site-002": { values: { supply_temp_c: 41 } }, "site-003": null } });
  expect(found).toEqual({
    holds: 1,
    clear: 4,
    unknown: 1,
    needsHistory: false,
    items: [{ siteId: "site-002", segmentId: null, point: "supply_temp_c", value: 41, limit: 40, unit: "°C" }],
  });
});

test("delays, samples, parents and being off are left out", () => {
  const rule: Partial<RuleInput> = {
    onDelayS: 3600,
    samples: { n: 3, m: 5 },
    suppressedBy: ["maintenance"],
    enabled: false,
  };
  expect(preview(HIGH, rule, { readings: { "site-002": { values: { supply_temp_c: 41 } } } }).holds).toBe(1);
});

test("a doubtful value and an old snapshot say nothing", () => {
  const doubtful: Reading = { values: { supply_temp_c: 41 }, quality: { supply_temp_c: "frozen" } };
  expect(preview(HIGH, {}, { readings: { "site-002": doubtful } })).toMatchObject({ holds: 0, clear: 5, unknown: 1 });
  expect(preview(HIGH, {}, { ageMs: 600_000 })).toMatchObject({ holds: 0, clear: 0, unknown: 6 });
});

test("compares with sister sites", () => {
  const condition: Condition = {
    kind: "deviation",
    point: "supply_temp_c",
    from: { relativeTo: "sisters" },
    by: 3,
    side: "above",
  };
  const found = preview(condition, {}, { readings: { "site-004": { values: { supply_temp_c: 39 } } } });
  expect(found.items.map(({ siteId }) => siteId)).toEqual(["site-004"]);
  expect(found.unknown).toBe(0);
});

test("knows for how long a site has not answered", () => {
  const lost: Condition = { kind: "lost-contact", misses: 3, goodPolls: 2 };
  const given = { readings: { "site-001": null, "site-002": null }, misses: { "site-001": 3, "site-002": 2 } };
  expect(preview(lost, {}, given).items.map(({ siteId }) => siteId)).toEqual(["site-001"]);
});

test("judges segments and the fleet", () => {
  const condition: Condition = {
    kind: "sites",
    where: { kind: "lost-contact", misses: 2 },
    minShare: 0.5,
    minCount: 2,
    clearShare: 0.2,
  };
  const lost = ["site-001", "site-002", "site-003"];
  const given: Given = {
    segmentId: "zone-1",
    readings: Object.fromEntries(lost.map((id) => [id, null])),
    misses: Object.fromEntries(lost.map((id) => [id, 2])),
  };
  expect(preview(condition, { scope: "segment" }, given)).toMatchObject({ holds: 1, items: [{ segmentId: "zone-1" }] });
  expect(preview(condition, { scope: "fleet" }, given)).toMatchObject({
    holds: 1,
    items: [{ siteId: null, segmentId: null }],
  });
  expect(preview(condition, { scope: "fleet" })).toMatchObject({ holds: 0, clear: 1, items: [] });
});

test("says that one moment shows little of a slope", () => {
  const rate: Condition = { kind: "rate", point: "supply_temp_c", direction: "rising", perMinute: 1, windowS: 180 };
  expect(preview(rate)).toMatchObject({ needsHistory: true, holds: 0 });
});

test.for(Object.entries(CONDITION_KINDS))(
  "%s has a name in both languages, and can be used as its template is",
  ([kind, { label, template }]) => {
    expect(template.kind).toBe(kind);
    expect(label["zh-CN"]).toMatch(/\p{Script=Han}/u);
    expect(label.en).toMatch(/^[a-z]/);
    const rule = aRule(template, kind === "sites" ? { scope: "fleet" } : {});
    expect(() => compileRule(rule)).not.toThrow();
  },
);

test.for(DEFAULT_RULES.map((rule) => ({ rule })))("$rule.id as it is shipped can be used and read", ({ rule }) => {
  expect(checkRule(rule)).toMatchObject({ isValid: true, problem: null });
});

test("names the field, the position and what is allowed", () => {
  const rule = DEFAULT_RULES[1];
  expect(checkRule({ ...rule, priority: "urgent" })).toMatchObject({
    isValid: false,
    problem: { code: "rule.invalid", field: "priority", found: '"urgent"', position: null },
  });
  expect(checkRule({ ...rule, condition: { kind: "expression", text: "supply_temp > 40" } })).toMatchObject({
    isValid: false,
    problem: { code: "rule.expression-invalid", word: "unknown-name", position: 1, found: '"supply_temp"' },
  });
  expect(checkRule({ ...rule, id: "platform-own" })).toMatchObject({ isValid: false, problem: { field: "id" } });
  expect(checkRule(null)).toMatchObject({ isValid: false });
});
