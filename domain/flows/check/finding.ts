import { type FlowNode, nodeTitle } from "../flow-node.ts";
import type { NodeTopics } from "../node-topics.ts";

/** A node and the file that it stands in. */
export type PlacedNode = { readonly file: string; readonly node: FlowNode };

/** One thing wrong with the flows, for a person who has the files open. */
export type Finding = { readonly file: string; readonly node: string; readonly problem: string };

/** Which types of nodes there are: ours with their topics, and those of Node-RED and the Dashboard. */
export type Palette = { readonly own: ReadonlyMap<string, NodeTopics>; readonly stock: ReadonlySet<string> };

export function finding({ file, node }: PlacedNode, problem: string): Finding {
  return { file, node: nodeTitle(node), problem };
}
