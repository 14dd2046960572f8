/** One node of a Node-RED flow as the editor saves it: a tab, a subflow, a config node, or a node on one of them. */
export type FlowNode = {
  readonly id: string;
  readonly type: string;
  /** The tab or subflow that the node lies on; absent for tabs, subflows and global config nodes. */
  readonly z?: string;
  readonly name?: string;
  readonly label?: string;
  /** Ids of the nodes behind each output. */
  readonly wires?: readonly (readonly string[])[];
  readonly [property: string]: unknown;
};

/** True for what may stand in a flow file: an object with a text `id` and a text `type`. */
export function isFlowNode(value: unknown): value is FlowNode {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { id, type } = value as Record<string, unknown>;
  return typeof id === "string" && id !== "" && typeof type === "string" && type !== "";
}

/** What a person calls the node: its name or label, else its id. */
export function nodeTitle(node: FlowNode): string {
  const title = [node.name, node.label].find((text) => typeof text === "string" && text !== "");
  return title === undefined ? node.id : `${title} (${node.id})`;
}
