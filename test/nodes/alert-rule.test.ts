import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ConditionEvent } from "../../domain/alarms/alarm-event.ts";
import { DEFAULT_RULES } from "../../domain/alarms/starter-rules/index.ts";
import { setPlatform } from "../../nodes/_shared/platform.ts";
import registerAlertRule from "../../nodes/alert-rule/alert-rule.ts";
import { describeForm } from "../../nodes/alert-rule/describe-form.ts";
import { migrateSettings } from "../../nodes/alert-rule/migrate-settings.ts";
import registerPlatformWatch from "../../nodes/platform-watch/platform-watch.ts";
import { type LoadedNode, loadNode } from "./node-harness.ts";
import { createTestPlatform, type TestPlatform } from "./test-platform.ts";

const LEAK = DEFAULT_RULES.find(({ id }) => id === "leak");
const EXAMPLE = path.resolve(import.meta.dirname, "../../examples/alert-rule.json");

let node: LoadedNode;
let platform: TestPlatform;

afterEach(async () => {
  await node?.unload();
  await platform?.close();
  setPlatform(undefined);
});

describe("alert-rule", () => {
  beforeEach(() => {
    platform = createTestPlatform();
    setPlatform(platform);
  });
  const offered = () => platform.alarms.shelf.join(["subject"]).rules.map(({ id }) => id);

  test("lays out its rule, and adds itself to what passes", async () => {
    node = await loadNode(registerAlertRule, { type: "alert-rule", version: 1, rule: LEAK });
    expect(offered()).toEqual(["leak"]);
    await node.receive({ topic: "snapshots", payload: [], ruleHolders: ["before"] });
    expect(node.outputs[0]?.[0]).toMatchObject({ topic: "snapshots", ruleHolders: ["before", "subject"] });
    await node.receive({ topic: "round-report", payload: {} });
    expect(node.outputs[0]?.[1]).toMatchObject({ ruleHolders: ["subject"] });
  });

  test("stands before a shipped rule of the same id", async () => {
    const own = { ...LEAK, priority: "high" };
    node = await loadNode(registerAlertRule, { type: "alert-rule", rule: own });
    platform.alarms.shelf.offer("shipped", DEFAULT_RULES);
    const rules = platform.alarms.shelf.join(["subject", "shipped"]).rules;
    expect(rules.filter(({ id }) => id === "leak")).toMatchObject([{ priority: "high" }]);
  });

  test("takes a rule that was written as text", async () => {
    node = await loadNode(registerAlertRule, { type: "alert-rule", rule: JSON.stringify(LEAK) });
    expect(offered()).toEqual(["leak"]);
    expect(migrateSettings({ rule: JSON.stringify(LEAK) })).toEqual({ version: 1, rule: LEAK });
  });

  test("the rule of the example can be used", async () => {
    const flow = JSON.parse(readFileSync(EXAMPLE, "utf8")) as { type: string; rule?: unknown }[];
    const { rule } = flow.find(({ type }) => type === "alert-rule") ?? {};
    node = await loadNode(registerAlertRule, { type: "alert-rule", version: 1, rule });
    expect(offered()).toEqual(["our-supply-high"]);
  });

  test.for([
    { name: "no rule", rule: null, says: /rule/i },
    { name: "half a rule", rule: { ...LEAK, priority: "urgent" }, says: /priority.*"urgent"/ },
    { name: "no JSON", rule: "{", says: /rule: is not JSON/ },
    {
      name: "a wrong expression",
      rule: { ...LEAK, condition: { kind: "expression", text: "supply_temp > 40" } },
      says: /position 1.*supply_temp/,
    },
    { name: "an id of the platform", rule: { ...LEAK, id: "platform-leak" }, says: /platform's own/ },
  ])("says what is wrong with $name, and lets everything pass", async ({ rule, says }) => {
    node = await loadNode(registerAlertRule, { type: "alert-rule", rule });
    expect(node.logged()).toEqual([expect.stringMatching(says)]);
    await node.receive({ topic: "snapshots", payload: [] });
    expect(node.outputs[0]).toHaveLength(1);
    expect(platform.alarms.shelf.join(["subject"])).toMatchObject({ rules: [], missing: ["subject"] });
  });

  test("refuses another topic", async () => {
    node = await loadNode(registerAlertRule, { type: "alert-rule", rule: LEAK });
    await node.receive({ topic: "snapshot", payload: {} });
    expect(node.errors).toEqual([expect.stringMatching(/takes msg.topic "snapshots"/)]);
  });

  test("its form has every shipped rule and a template of each kind", () => {
    const form = describeForm();
    expect(form.rules).toHaveLength(DEFAULT_RULES.length);
    expect(form.kinds).toContainEqual({
      kind: "limit",
      label: { "zh-CN": "限值", en: "limit" },
      template: { kind: "limit", point: "supply_temp_c", op: ">=", limit: 40, deadband: 2 },
    });
    expect(form.causes).toContain("maintenance");
  });
});

describe("platform-watch", () => {
  const CLEARED: ConditionEvent = {
    type: "cleared",
    siteId: null,
    segmentId: null,
    ruleId: "platform-write-lag",
    at: "2026-03-02T08:00:00.000Z",
  };
  let tell: ((events: readonly ConditionEvent[]) => void) | null = null;

  beforeEach(async () => {
    platform = createTestPlatform({
      selfWatch: {
        onFound(listener) {
          tell = listener;
          return () => {
            tell = null;
          };
        },
        active: () => [{ ruleId: "platform-write-lag", priority: "high", sinceMs: 0 }],
        endings: () => [CLEARED],
      },
    });
    setPlatform(platform);
    node = await loadNode(registerPlatformWatch, { type: "platform-watch" });
  });

  test("hands out what was found as conditions, and shows how much holds", async () => {
    tell?.([CLEARED]);
    await vi.waitFor(() =>
      expect(node.outputs[0]).toEqual([
        expect.objectContaining({ topic: "alarm-conditions", payload: { events: [CLEARED], place: 0 } }),
      ]),
    );
    await node.unload();
    expect(tell).toBeNull();
  });
});
