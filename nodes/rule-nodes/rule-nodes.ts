import type { Node, NodeAPI, NodeDef } from "node-red";
import { z } from "zod";
import { holdRules } from "../_shared/hold-rules.ts";
import { RULE_NODES } from "./all-rule-nodes.ts";
import type { RuleNode } from "./define-rule-node.ts";

const Order = z.object({ settings: z.record(z.string(), z.unknown()) });

/** Registers every rule node that has a form of its own. */
export default function registerRuleNodes(RED: NodeAPI): void {
  for (const node of RULE_NODES) registerRuleNode(RED, node);
}

/** Registers one type: it makes its rules of its settings, and holds them. */
export function registerRuleNode(RED: NodeAPI, definition: RuleNode): void {
  const { type } = definition;
  function RuleHolderNode(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    holdRules(this, {
      config,
      badConfig: "rule-nodes.status.bad-config",
      readRules: () => definition.rules({ ...config }),
      describe: (rules) => (rules.length === 1 ? (rules[0]?.id ?? "") : String(rules.length)),
    });
  }
  RED.nodes.registerType(type, RuleHolderNode);

  // What the open form would make: for its line of what is wrong, and for a look at the present data.
  RED.httpAdmin.post(`/rule-nodes/${type}/rules`, RED.auth.needsPermission("flows.read"), (request, response) => {
    const order = Order.safeParse(request.body);
    if (!order.success) {
      response.status(400).json({ problem: "the body must be { settings: { … } }" });
      return;
    }
    response.json(madeOf(definition, order.data.settings));
  });
}

function madeOf(definition: RuleNode, settings: Readonly<Record<string, unknown>>) {
  try {
    return { rules: definition.rules(settings), problem: null };
  } catch (error) {
    return { rules: [], problem: error instanceof Error ? error.message : String(error) };
  }
}
