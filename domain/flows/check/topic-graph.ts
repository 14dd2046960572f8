import type { FlowNode } from "../flow-node.ts";
import type { NodeTopics, Topic } from "../node-topics.ts";
import type { Palette, PlacedNode } from "./finding.ts";

/** `any`: a message whose topic nobody can know before it comes, as out of a function node. */
export type FlowingTopic = Topic | "any";

/** Nodes of Node-RED that hand on what they get. */
const PASSING = new Set(["junction", "link in", "link out", "switch", "delay", "rbe"]);
const SOURCES = new Set(["inject", "catch", "status", "complete", "http in", "mqtt in", "websocket in"]);

/** Which topics arrive at each node, following every wire from its sources. Disabled nodes give nothing. */
export function topicsArriving(nodes: readonly PlacedNode[], palette: Palette): Map<string, Set<FlowingTopic>> {
  const arriving = new Map<string, Set<FlowingTopic>>(nodes.map(({ node }) => [node.id, new Set()]));
  let hasChanged = true;
  while (hasChanged) {
    hasChanged = false;
    for (const { node } of nodes) {
      for (const { topics, targets } of outputsOf(node, arriving.get(node.id) ?? new Set(), palette)) {
        for (const target of targets) hasChanged = addAll(arriving.get(target), topics) || hasChanged;
      }
    }
  }
  return arriving;
}

/** Ids behind every output, links between tabs included. */
export function targetsOf(node: FlowNode): string[] {
  return [...wiresOf(node).flat(), ...linksOf(node)];
}

export function wiresOf({ wires }: FlowNode): readonly (readonly string[])[] {
  return Array.isArray(wires) ? wires : [];
}

function linksOf({ type, links }: FlowNode): string[] {
  return type === "link out" && Array.isArray(links) ? links.filter((id) => typeof id === "string") : [];
}

type Output = { readonly topics: ReadonlySet<FlowingTopic>; readonly targets: readonly string[] };

function outputsOf(node: FlowNode, arriving: ReadonlySet<FlowingTopic>, { own }: Palette): Output[] {
  if (node["d"] === true) return [];
  const declared = own.get(node.type);
  const byWire = wiresOf(node).map((targets, index) => ({
    topics: declared ? givenBy(declared, index, arriving) : passedBy(node.type, arriving),
    targets,
  }));
  return [...byWire, { topics: passedBy(node.type, arriving), targets: linksOf(node) }];
}

/** A topic that a node also takes is passed on: it leaves only when it came. Others leave when anything came. */
function givenBy(declared: NodeTopics, output: number, arriving: ReadonlySet<FlowingTopic>): Set<FlowingTopic> {
  const { takes, gives } = declared;
  const isSource = takes !== "any" && takes.length === 0;
  const gets = (topic: Topic) => arriving.has(topic) || arriving.has("any");
  const leaves = (topic: Topic) =>
    takes !== "any" && takes.includes(topic) ? gets(topic) : isSource || arriving.size > 0;
  return new Set((gives[output] ?? []).filter(leaves));
}

function passedBy(type: string, arriving: ReadonlySet<FlowingTopic>): ReadonlySet<FlowingTopic> {
  if (PASSING.has(type)) return arriving;
  return arriving.size > 0 || SOURCES.has(type) ? new Set<FlowingTopic>(["any"]) : new Set<FlowingTopic>();
}

function addAll(target: Set<FlowingTopic> | undefined, topics: ReadonlySet<FlowingTopic>): boolean {
  if (!target) return false;
  const before = target.size;
  for (const topic of topics) target.add(topic);
  return target.size > before;
}
