import type { Node, NodeAPI, NodeDef } from "node-red";
import { holdRules } from "../_shared/hold-rules.ts";
import { platform } from "../_shared/platform.ts";
import { readRules } from "./read-rules.ts";
import { type AlertRulesConfig, readSettings } from "./settings.ts";

/** Holds a set of rules: every message that passes is judged by them further on, where all rules come together. */
export default function registerAlertRules(RED: NodeAPI): void {
  function AlertRulesNode(this: Node, config: NodeDef & AlertRulesConfig): void {
    RED.nodes.createNode(this, config);
    holdRules(this, {
      config,
      badConfig: "alert-rules.status.bad-config",
      readRules: () => readRules(readSettings(config), platform().rulesFolder),
      describe: (rules) => String(rules.filter(({ enabled }) => enabled).length),
    });
  }
  RED.nodes.registerType("alert-rules", AlertRulesNode);
}
