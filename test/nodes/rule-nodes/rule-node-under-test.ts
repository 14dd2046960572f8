import { joinRules } from "../../../domain/alarms/join-rules.ts";
import type { Rule } from "../../../domain/alarms/rule.ts";
import { compileRuleSet } from "../../../domain/alarms/rule-set.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import { setPlatform } from "../../../nodes/_shared/platform.ts";
import type { RuleNode } from "../../../nodes/rule-nodes/define-rule-node.ts";
import { registerRuleNode } from "../../../nodes/rule-nodes/rule-nodes.ts";
import { PlayedFleet, someFacts } from "../../domain/alarms/fleet-under-test.ts";
import { loadNode } from "../node-harness.ts";
import { createTestPlatform } from "../test-platform.ts";

/** What a node has made of its settings, in a real Node-RED. */
type Made = {
  readonly rules: readonly Rule[];
  /** What it said of settings that cannot be used. */
  readonly logged: readonly string[];
  readonly status: { readonly fill?: string; readonly text?: string };
};

/** Loads a node as the editor saves it: numbers as text. Also looks that messages pass, whatever its settings are. */
export async function makeRules(node: RuleNode, settings: Readonly<Record<string, unknown>> = {}): Promise<Made> {
  const platform = createTestPlatform();
  setPlatform(platform);
  const loaded = await loadNode((RED) => registerRuleNode(RED, node), { type: node.type, ...settings });
  try {
    await loaded.receive({ topic: "snapshots", payload: [], ruleHolders: ["before"] });
    const [passed] = loaded.outputs[0] ?? [];
    const holders = JSON.stringify(passed?.["ruleHolders"]);
    if (holders !== '["before","subject"]') throw new Error(`does not add itself to what passes: ${holders}`);
    const { rules } = platform.alarms.shelf.join(["subject"]);
    return { rules, logged: loaded.logged(), status: loaded.statuses.at(-1) ?? {} };
  } finally {
    await loaded.unload();
    await platform.close();
    setPlatform(undefined);
  }
}

/**
 * Judges readings of one site, a minute apart, by the rules that the node makes. @returns "1" for each minute after which
 * the alarm of the first rule is active, and what was told
 */
export async function playRuleNode(
  node: RuleNode,
  settings: Readonly<Record<string, unknown>>,
  readings: readonly (Snapshot["values"] | null)[],
): Promise<{ readonly active: string; readonly fleet: PlayedFleet }> {
  const { rules, logged } = await makeRules(node, settings);
  if (logged.length > 0) throw new Error(logged.join("; "));
  const set = compileRuleSet(joinRules([rules]).rules);
  const fleet = new PlayedFleet(set, [someFacts("site-1")]);
  const id = rules[0]?.id ?? "";
  const active = readings.map((values) => {
    fleet.play(() => (values === null ? null : { values }));
    return fleet.book.get(`site-1.${id}`)?.active ? "1" : "0";
  });
  return { active: active.join(""), fleet };
}
