import type { Node, NodeAPI, NodeDef } from "node-red";
import { refuseUnsetVariables } from "../_shared/editor-values.ts";
import { type PlatformMessage, unexpectedTopic } from "../_shared/messages.ts";
import { createStatusDisplay } from "../_shared/node-status.ts";
import { platform } from "../_shared/platform.ts";
import { readRules } from "./read-rules.ts";
import { type AlertRulesConfig, readSettings } from "./settings.ts";
import { topics } from "./topics.ts";

/** Holds a set of rules: every message that passes is judged by them further on, where all rules come together. */
export default function registerAlertRules(RED: NodeAPI): void {
  function AlertRulesNode(this: Node, config: NodeDef & AlertRulesConfig): void {
    RED.nodes.createNode(this, config);
    const status = createStatusDisplay(this);
    try {
      refuseUnsetVariables(config);
      const { alarms, rulesFolder } = platform();
      const rules = readRules(readSettings(config), rulesFolder);
      alarms.shelf.offer(this.id, rules);
      status.show("works", String(rules.filter(({ enabled }) => enabled).length));
    } catch (error) {
      this.error(`alert-rules settings: ${error instanceof Error ? error.message : String(error)}`);
      status.show("broken", "alert-rules.status.bad-config");
    }

    this.on("input", (msg: PlatformMessage, send, done) => {
      if (!(topics.takes as readonly unknown[]).includes(msg.topic)) {
        return done(unexpectedTopic("alert-rules", msg.topic, topics.takes as readonly string[]));
      }
      send({ ...msg, ruleHolders: [...(msg.ruleHolders ?? []), this.id] });
      done();
    });
    this.on("close", () => status.close());
  }
  RED.nodes.registerType("alert-rules", AlertRulesNode);
}
