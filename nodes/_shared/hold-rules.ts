import type { Node } from "node-red";
import type { Rule } from "../../domain/alarms/rule.ts";
import type { NodeTopics } from "../../domain/flows/node-topics.ts";
import { refuseUnsetVariables } from "./editor-values.ts";
import { type PlatformMessage, unexpectedTopic } from "./messages.ts";
import { createStatusDisplay } from "./node-status.ts";
import { platform } from "./platform.ts";

const TOPICS = ["snapshots", "round-report"] as const;

/** What every node takes and gives that holds rules. */
export const RULE_HOLDER_TOPICS: NodeTopics = { takes: TOPICS, gives: [TOPICS] };

/** What differs between nodes that hold rules. */
export type RuleHolder = {
  readonly config: object;
  /** Shown when the rules cannot be used: a locale key. */
  readonly badConfig: string;
  /** @throws {Error} naming the setting, its value and what is allowed */
  readRules(): readonly Rule[];
  /** In a few signs, for the line below the node. */
  describe(rules: readonly Rule[]): string;
};

/**
 * Makes a node one that holds rules: every message that passes is judged by them further on, where all rules come
 * together. With settings that cannot be used it says so, the last rules that could be used stay, and messages pass.
 */
export function holdRules(node: Node, { config, badConfig, readRules, describe }: RuleHolder): void {
  const status = createStatusDisplay(node);
  try {
    refuseUnsetVariables(config);
    const rules = readRules();
    platform().alarms.shelf.offer(node.id, rules);
    status.show(rules.some(({ enabled }) => enabled) ? "works" : "off", describe(rules));
  } catch (error) {
    node.error(`${node.type} settings: ${error instanceof Error ? error.message : String(error)}`);
    status.show("broken", badConfig);
  }
  node.on("input", (msg: PlatformMessage, send, done) => {
    if (!(TOPICS as readonly unknown[]).includes(msg.topic)) {
      return done(unexpectedTopic(node.type, msg.topic, TOPICS));
    }
    send({ ...msg, ruleHolders: [...(msg.ruleHolders ?? []), node.id] });
    done();
  });
  node.on("close", () => status.close());
}
