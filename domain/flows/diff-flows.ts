import { canonicalNode } from "./canonical-form.ts";
import type { FlowNode } from "./flow-node.ts";

/** A node by what people call it; none of its settings, which may hold addresses. */
export type NamedNode = { readonly id: string; readonly type: string; readonly name: string };

/** What a deploy changed. `more`: how many nodes were left out of the lists. */
export type FlowChanges = {
  readonly added: readonly NamedNode[];
  readonly changed: readonly NamedNode[];
  readonly removed: readonly NamedNode[];
  readonly more: number;
};

const MOST_NODES = 30;
const NAME_CHARS = 60;

/** Compares two sets of flows node by node. Where a node stands on the canvas counts as a change, too. */
export function diffFlows(before: readonly FlowNode[], after: readonly FlowNode[]): FlowChanges {
  const known = new Map(before.map((node) => [node.id, node]));
  const kept = new Set(after.map(({ id }) => id));
  const added = after.filter(({ id }) => !known.has(id));
  const removed = before.filter(({ id }) => !kept.has(id));
  const changed = after.filter((node) => {
    const former = known.get(node.id);
    return former !== undefined && textOf(former) !== textOf(node);
  });
  const lists = { added: listOf(added), changed: listOf(changed), removed: listOf(removed) };
  const shown = lists.added.length + lists.changed.length + lists.removed.length;
  return { ...lists, more: added.length + changed.length + removed.length - shown };
}

function textOf(node: FlowNode): string {
  return JSON.stringify(canonicalNode(node));
}

function listOf(nodes: readonly FlowNode[]): readonly NamedNode[] {
  return nodes.slice(0, MOST_NODES).map(({ id, type, name, label }) => {
    const title = [name, label].find((text) => typeof text === "string" && text !== "") ?? "";
    return { id, type, name: title.slice(0, NAME_CHARS) };
  });
}
