import type { Node, NodeAPI, NodeDef } from "node-red";
import { readOwnRule } from "../../domain/alarms/check-rule.ts";
import { refuseUnsetVariables } from "../_shared/editor-values.ts";
import { type PlatformMessage, unexpectedTopic } from "../_shared/messages.ts";
import { createStatusDisplay } from "../_shared/node-status.ts";
import { platform } from "../_shared/platform.ts";
import { describeForm } from "./describe-form.ts";
import { type AlertRuleConfig, migrateSettings } from "./migrate-settings.ts";
import { topics } from "./topics.ts";

/** Holds one rule: every message that passes is judged by it further on, where all rules come together. */
export default function registerAlertRule(RED: NodeAPI): void {
  function AlertRuleNode(this: Node, config: NodeDef & AlertRuleConfig): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);
    try {
      refuseUnsetVariables(config);
      const rule = readOwnRule(migrateSettings(config).rule);
      platform().alarms.shelf.offer(this.id, [rule]);
      status.show(rule.enabled ? "works" : "off", rule.id);
    } catch (error) {
      this.error(`alert-rule settings: ${error instanceof Error ? error.message : String(error)}`);
      status.show("broken", "alert-rule.status.bad-config");
    }

    this.on("input", (msg: PlatformMessage, send, done) => {
      if (!(topics.takes as readonly unknown[]).includes(msg.topic)) {
        return done(unexpectedTopic("alert-rule", msg.topic, topics.takes as readonly string[]));
      }
      send({ ...msg, ruleHolders: [...(msg.ruleHolders ?? []), this.id] });
      done();
    });
    this.on("close", () => status.close());
  }
  RED.nodes.registerType("alert-rule", AlertRuleNode);

  RED.httpAdmin.get("/alert-rule/form", RED.auth.needsPermission("flows.read"), (_request, response) => {
    response.json(describeForm());
  });
}
