import type { Node, NodeAPI, NodeDef } from "node-red";
import { readOwnRule } from "../../domain/alarms/check-rule.ts";
import { holdRules } from "../_shared/hold-rules.ts";
import { describeForm } from "./describe-form.ts";
import { type AlertRuleConfig, migrateSettings } from "./migrate-settings.ts";

/** Holds one rule: every message that passes is judged by it further on, where all rules come together. */
export default function registerAlertRule(RED: NodeAPI): void {
  function AlertRuleNode(this: Node, config: NodeDef & AlertRuleConfig): void {
    RED.nodes.createNode(this, config);
    holdRules(this, {
      config,
      badConfig: "alert-rule.status.bad-config",
      readRules: () => [readOwnRule(migrateSettings(config).rule)],
      describe: ([rule]) => rule?.id ?? "",
    });
  }
  RED.nodes.registerType("alert-rule", AlertRuleNode);

  RED.httpAdmin.get("/alert-rule/form", RED.auth.needsPermission("flows.read"), (_request, response) => {
    response.json(describeForm());
  });
}
