import { expect, test } from "vitest";
import type { Condition } from "../../../domain/alarms/condition.ts";
import type { RuleInput } from "../../../domain/alarms/rule.ts";
import { parseRule } from "../../../domain/alarms/rule.ts";
import { compileRuleSet } from "../../../domain/alarms/rule-set.ts";
import { DEFAULT_RULES, STARTER_RULES } from "../../../domain/alarms/starter-rules/index.ts";
import { AppError } from "../../../domain/errors.ts";
import { aRule } from "./fleet-under-test.ts";

const FLAG = { kind: "flag", point: "leak_detected" };

function refusal(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof AppError) return `${error.code} ${error.message}`;
    throw error;
  }
  return "accepted";
}
const problemOf = (rule: Partial<RuleInput>, condition: Condition = FLAG) =>
  refusal(() => compileRuleSet([aRule(condition, rule)]));

let deep: Condition = FLAG;
for (let level = 0; level < 5000; level++) deep = { kind: "not", of: deep };

test.for([
  { name: "an id with capitals", rule: { id: "Leak" }, condition: FLAG, says: "`id`" },
  { name: "an unknown kind", rule: {}, condition: { kind: "constructor" }, says: "`condition.kind`" },
  { name: "an unknown point", rule: {}, condition: { kind: "flag", point: "leek" }, says: 'found "leek"' },
  { name: "a field that is not there", rule: {}, condition: { ...FLAG, limit: 3 }, says: "limit" },
  {
    name: "a flag that is no bool",
    rule: {},
    condition: { ...FLAG, is: "yes" },
    says: "must be what the point can say",
  },
  {
    name: "a word that the point has not",
    rule: {},
    condition: { kind: "flag", point: "running_mode", is: "manuell" },
    says: "words",
  },
  { name: "n above m", rule: { samples: { n: 3, m: 2 } }, condition: FLAG, says: "`n` must not be more than `m`" },
  { name: "n above the list", rule: {}, condition: { kind: "n-of", n: 2, of: [FLAG] }, says: "than there are" },
  {
    name: "a count that ends above its beginning",
    rule: {},
    condition: { kind: "count", of: FLAG, min: 1, clearBelow: 2, windowS: 60 },
    says: "clearBelow",
  },
  {
    name: "an escalation without reason",
    rule: { escalations: [{ priority: "high" as const }] },
    condition: FLAG,
    says: "needs `when`",
  },
  {
    name: "never suppressed, and yet",
    rule: { neverSuppressed: true, suppressedBy: ["maintenance" as const] },
    condition: FLAG,
    says: "suppressedBy",
  },
  { name: "conditions without end", rule: {}, condition: deep, says: "nested too deep" },
  {
    name: "sites for a site",
    rule: {},
    condition: { kind: "sites", where: FLAG, minShare: 0.5, minCount: 2, clearShare: 0.3 },
    says: 'must not be of kind "sites"',
  },
  {
    name: "one site for a segment",
    rule: { scope: "segment" as const },
    condition: FLAG,
    says: 'must be of kind "sites"',
  },
  {
    name: "a share that ends above its beginning",
    rule: { scope: "fleet" as const },
    condition: { kind: "sites", where: FLAG, minShare: 0.5, minCount: 2, clearShare: 0.6 },
    says: "clearShare",
  },
  {
    name: "sites by a condition with a memory",
    rule: { scope: "fleet" as const },
    condition: {
      kind: "sites",
      where: { kind: "held", of: FLAG, forS: 60 },
      minShare: 0.5,
      minCount: 2,
      clearShare: 0.3,
    },
    says: "must not need a memory",
  },
  {
    name: "a nested sites",
    rule: {},
    condition: { kind: "overdue", point: "supply_temp_c", afterDays: 3 },
    says: "people measure",
  },
  { name: "an unknown parent", rule: { suppressedBy: ["nobody"] }, condition: FLAG, says: '"nobody"' },
  { name: "its own parent", rule: { suppressedBy: ["under-test"] }, condition: FLAG, says: "suppress itself" },
])("refuses $name", ({ rule, condition, says }) => {
  const problem = problemOf(rule, condition);
  expect(problem).toContain("rule.invalid");
  expect(problem).toContain(says);
});

test("refuses what is no rule at all, and shortens what it found", () => {
  expect(refusal(() => parseRule(null))).toContain("(rule)");
  expect(refusal(() => parseRule({ ...aRule(FLAG), id: "x".repeat(500) })).length).toBeLessThan(300);
});

test("refuses an expression that does not fit the catalogue", () => {
  expect(problemOf({}, { kind: "expression", text: "supply_tmp_c > 3" })).toContain("rule.expression-invalid");
});

test("refuses a kind that slipped past the schema", () => {
  const slipped = { ...aRule(FLAG), condition: { kind: "toString" } };
  expect(refusal(() => compileRuleSet([slipped]))).toContain("toString");
});

test("refuses the same id twice and rules that suppress each other", () => {
  expect(refusal(() => compileRuleSet([aRule(FLAG), aRule(FLAG)]))).toContain("Two rules");
  const a = aRule(FLAG, { id: "a", suppressedBy: ["b", "c"] });
  const b = aRule(FLAG, { id: "b", suppressedBy: ["c"] });
  const c = aRule(FLAG, { id: "c", suppressedBy: ["b"] });
  expect(refusal(() => compileRuleSet([a, b, c]))).toContain("suppress itself");
});

test("leaves out what is disabled, and a parent that is disabled suppresses nothing", () => {
  const set = compileRuleSet([aRule(FLAG, { id: "a", suppressedBy: ["b"] }), aRule(FLAG, { id: "b", enabled: false })]);
  expect(set.rules.map(({ rule }) => rule.id)).toEqual(["a"]);
});

test("there are 31 starter rules about the plant, one doubt about ourselves, and three rules about cameras", () => {
  expect(STARTER_RULES.map(({ source }) => source.slice(0, 3)).sort()).toEqual(
    Array.from({ length: 31 }, (_, place) => `R${String(place + 1).padStart(2, "0")}`),
  );
  expect(DEFAULT_RULES).toHaveLength(35);
  expect(compileRuleSet(DEFAULT_RULES).rules).toHaveLength(35);
});

test.for(DEFAULT_RULES)("starter rule $id tells in both languages what to do", ({ texts, respondWithinMin }) => {
  for (const text of Object.values(texts)) {
    for (const words of Object.values(text)) expect(words.trim().length).toBeGreaterThan(1);
    expect(text.action).toMatch(/^1\. .+2\. /);
  }
  expect(texts["zh-CN"].cause).toMatch(/\p{Script=Han}/u);
  expect(texts.en.cause).not.toMatch(/\p{Script=Han}/u);
  expect(respondWithinMin).toBeGreaterThan(0);
});

test.for(STARTER_RULES.filter(({ onDelayS }) => onDelayS === 0))("0-delay rule $id fires on one sample", (rule) => {
  expect(rule.samples).toBeUndefined();
});

test("nothing hides leak, freeze and smoke", () => {
  expect(STARTER_RULES.filter(({ neverSuppressed }) => neverSuppressed).map(({ id }) => id)).toEqual([
    "leak",
    "freeze",
    "smoke",
  ]);
});

test("a rule survives JSON", () => {
  for (const rule of DEFAULT_RULES) expect(parseRule(JSON.parse(JSON.stringify(rule)))).toEqual(rule);
});
