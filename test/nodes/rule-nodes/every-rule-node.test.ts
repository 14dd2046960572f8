import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { alertBlueprint } from "../../../nodes/rule-nodes/_blueprint.ts";
import { RULE_NODES } from "../../../nodes/rule-nodes/all-rule-nodes.ts";
import { defineRuleNode } from "../../../nodes/rule-nodes/define-rule-node.ts";
import { editorFiles } from "../../../nodes/rule-nodes/editor-files.ts";
import { flagField, textField } from "../../../nodes/rule-nodes/fields.ts";
import { PROJECT_ROOT } from "../../flows/package-root.ts";
import { makeRules } from "./rule-node-under-test.ts";

const NODES = [...RULE_NODES, alertBlueprint];
const SCRIPT = readFileSync(path.join(PROJECT_ROOT, "nodes/rule-nodes/rule-nodes.html"), "utf8");
const files = editorFiles(NODES, SCRIPT);
const html = files["rule-nodes.html"] ?? "";
const labels = (language: string) =>
  (JSON.parse(files[`locales/${language}/rule-nodes.json`] ?? "") as { "rule-nodes": object })["rule-nodes"];

function keysOf(value: object, prefix: string): string[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === "object" ? keysOf(inner as object, `${prefix}.${key}`) : [`${prefix}.${key}`],
  );
}

test.for(RULE_NODES)("$type has a file and a test of its name", ({ type }) => {
  for (const file of [`nodes/rule-nodes/${type}.ts`, `test/nodes/rule-nodes/${type}.test.ts`]) {
    expect(existsSync(path.join(PROJECT_ROOT, file)), file).toBe(true);
  }
});

test.for(NODES)("$type can be used as it is dragged in", async (node) => {
  const initial = Object.entries(node.settings).map(([name, { initial: value }]) => [name, value]);
  const { rules, logged, status } = await makeRules(node, Object.fromEntries(initial));
  expect(logged).toEqual([]);
  expect(rules.length).toBeGreaterThan(0);
  expect(status).toMatchObject({ fill: "green" });
  // A flow that was saved before a setting was added.
  expect(node.rules({})).toEqual(rules);
});

test.for(NODES)("the form of $type has a row for every setting, and no words of its own", ({ type, settings }) => {
  const form = new RegExp(`data-template-name="${type}">([\\s\\S]*?)</script>`).exec(html)?.[1] ?? "";
  expect(form.replace(/<[^>]*>/g, "").trim()).toBe("");
  for (const name of ["name", "platform", ...Object.keys(settings)]) expect(form).toContain(`id="node-input-${name}"`);
  const known = new Set(keysOf(labels("en-US"), "rule-nodes"));
  const used = [...form.matchAll(/data-i18n="([^"]+)"/g)].map((match) => match[1] ?? "");
  expect(used.filter((key) => !known.has(key))).toEqual([]);
});

test("labels are the same in both languages, none is empty, and those in Chinese are", () => {
  expect(keysOf(labels("zh-CN"), "").sort()).toEqual(keysOf(labels("en-US"), "").sort());
  expect(JSON.stringify([labels("zh-CN"), labels("en-US")])).not.toContain('""');
  const words = [...SCRIPT.matchAll(/\bword\("(\w+)"/g)].map((match) => match[1]);
  expect(words.length).toBeGreaterThan(0);
  expect(Object.keys((labels("en-US") as { form: object }).form)).toEqual(expect.arrayContaining(words));
});

test.for(NODES)("the help of $type explains every setting in both languages, with errors and an example", (node) => {
  for (const language of ["zh-CN", "en-US"] as const) {
    const text = files[`locales/${language}/rule-nodes.html`] ?? "";
    const own = new RegExp(`data-help-name="${node.type}">([\\s\\S]*?)</script>`).exec(text)?.[1] ?? "";
    expect(own.match(/<dt>/g)).toHaveLength(Object.keys(node.settings).length);
    expect(own.match(/<h3>/g)).toHaveLength(5);
    expect(/\p{Script=Han}/u.test(own)).toBe(language === "zh-CN");
  }
  expect(existsSync(path.join(PROJECT_ROOT, "examples/alert-limit.json"))).toBe(true);
});

const RULE = {
  id: "own-one",
  owner: "operations",
  priority: "low",
  respondWithinMin: 1,
  condition: { kind: "flag", point: "leak_detected" },
  source: "J",
  texts: {
    "zh-CN": { title: "t", cause: "c", consequence: "q", action: "a" },
    en: { title: "t", cause: "c", consequence: "q", action: "a" },
  },
} as const;
const words = { "zh-CN": "字<b>", en: 'word "<b>' };
const some = (settings: object, rules: readonly object[]) =>
  defineRuleNode({
    type: "alert-some",
    icon: "fa-cube",
    label: words,
    help: words,
    settings,
    rules: () => rules as never,
  });

test("what a definition cannot be is refused: settings that Node-RED has itself, the same id twice, a wrong rule", () => {
  const field = flagField({ label: words, initial: true });
  expect(() => some({ wires: field }, [])).toThrow('alert-some: no setting can be called "wires"');
  expect(() => some({ "a-b": field }, [])).toThrow('no setting can be called "a-b"');
  expect(() => some({}, [RULE, RULE]).rules({})).toThrow('two rules of this node have the id "own-one"');
  expect(() => some({}, [{ ...RULE, priority: "urgent" }]).rules({})).toThrow(/`priority`.*"urgent"/);
  expect(() => some({ isOn: field }, [RULE]).rules({ isOn: "yes" })).toThrow('isOn: must be true or false, is "yes"');
  expect(some({ isOn: field, note: textField({ label: words, most: 5 }) }, [RULE]).rules({ isOn: false })).toHaveLength(
    1,
  );
});

test("words are text, also when they look like HTML", () => {
  const made = editorFiles([some({ isOn: flagField({ label: words, hint: words, initial: true }) }, [RULE])], SCRIPT);
  expect(made["locales/en-US/rule-nodes.html"]).toContain("word &quot;&lt;b&gt;");
  expect(made["rule-nodes.html"]).toContain('<input type="checkbox" id="node-input-isOn"');
  expect(made["rule-nodes.html"]).toContain('const NODES = [{"type":"alert-some"');
  expect(() => editorFiles([], "<script></script>")).toThrow(/must have the line/);
});
