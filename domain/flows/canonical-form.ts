import type { FlowNode } from "./flow-node.ts";

/** These keys come first, in this order, and `wires` comes last: one edit in the editor is one line in a diff. */
const FIRST_KEYS = ["id", "type", "z", "g", "name", "label"];
const LAST_KEY = "wires";

/** The node with its keys in canonical order. Values are left as they are. */
export function canonicalNode(node: FlowNode): FlowNode {
  const rest = Object.keys(node).filter((key) => key !== LAST_KEY && !FIRST_KEYS.includes(key));
  const order = [...FIRST_KEYS, ...rest.sort(byCodeUnit), LAST_KEY];
  const entries = order.filter((key) => node[key] !== undefined).map((key) => [key, node[key]]);
  return Object.fromEntries(entries) as FlowNode;
}

/** The text of one flow file: canonical nodes in order of their id, two-space JSON, a newline at the end. */
export function canonicalText(nodes: readonly FlowNode[]): string {
  const sorted = [...nodes].sort((a, b) => byCodeUnit(a.id, b.id)).map(canonicalNode);
  return `${JSON.stringify(sorted, null, 2)}\n`;
}

/** Not `localeCompare`: the order must be the same on every machine. */
export function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
