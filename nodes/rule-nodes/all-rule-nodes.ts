import type { RuleNode } from "./define-rule-node.ts";
import * as nodes from "./index.ts";

export const RULE_NODES: readonly RuleNode[] = Object.values(nodes);
