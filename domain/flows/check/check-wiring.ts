import type { FlowNode } from "../flow-node.ts";
import { type Finding, finding, type Palette, type PlacedNode } from "./finding.ts";
import { targetsOf, topicsArriving, wiresOf } from "./topic-graph.ts";

/** They stand alone by nature. */
const UNWIRED = new Set(["tab", "subflow", "group", "comment", "global-config"]);
/** Properties that hold the id of another node. */
const REFERENCES = ["z", "g", "platform", "page", "group", "ui", "theme"];

/** Unknown types, wires and references that lead nowhere, nodes that nothing reaches, and topics that a node does not take. */
export function checkWiring(nodes: readonly PlacedNode[], palette: Palette): Finding[] {
  const byId = new Map(nodes.map(({ node }) => [node.id, node]));
  const reached = new Set(nodes.flatMap(({ node }) => [...targetsOf(node), ...entriesOf(node)]));
  const referred = new Set(nodes.flatMap(({ node }) => referencesOf(node)));
  const arriving = topicsArriving(nodes, palette);
  return nodes.flatMap((placed) => {
    const problems = isKnownType(placed.node.type, byId, palette)
      ? [
          ...wireProblems(placed.node, byId, palette),
          ...referenceProblems(placed.node, byId),
          ...topicProblems(placed.node, [...(arriving.get(placed.node.id) ?? [])], palette),
          ...orphanProblems(placed.node, { reached, referred, palette }),
        ]
      : [`type "${placed.node.type}" is unknown`];
    return problems.map((problem) => finding(placed, problem));
  });
}

function isKnownType(type: string, byId: ReadonlyMap<string, FlowNode>, { own, stock }: Palette): boolean {
  if (type.startsWith("subflow:")) return byId.get(type.slice("subflow:".length))?.type === "subflow";
  return own.has(type) || stock.has(type) || UNWIRED.has(type);
}

function wireProblems(node: FlowNode, byId: ReadonlyMap<string, FlowNode>, { own }: Palette): string[] {
  const problems: string[] = [];
  const declared = own.get(node.type);
  if (declared && wiresOf(node).length > declared.gives.length) {
    problems.push(`has ${wiresOf(node).length} outputs, its type has ${declared.gives.length}`);
  }
  for (const [output, targets] of wiresOf(node).entries()) {
    for (const id of targets) {
      const target = byId.get(id);
      if (!target) problems.push(`output ${output + 1} is wired to ${id}, which does not exist`);
      else if (target.z !== node.z) problems.push(`output ${output + 1} is wired to ${id} on another tab`);
      else if (own.get(target.type)?.takes.length === 0)
        problems.push(`output ${output + 1} is wired to ${id}, which has no input`);
    }
  }
  return problems;
}

function referenceProblems(node: FlowNode, byId: ReadonlyMap<string, FlowNode>): string[] {
  return REFERENCES.flatMap((key) => {
    const id = node[key];
    if (typeof id !== "string" || id === "" || byId.has(id)) return [];
    return [`${key} names ${id}, which does not exist`];
  });
}

function topicProblems(node: FlowNode, arriving: readonly string[], { own }: Palette): string[] {
  const takes = own.get(node.type)?.takes;
  if (takes === undefined || takes === "any") return [];
  const refused = arriving.filter((topic) => topic !== "any" && !takes.some((taken) => taken === topic));
  return refused.map(
    (topic) => `gets "${topic}", takes only ${takes.map((taken) => `"${taken}"`).join(", ") || "nothing"}`,
  );
}

type Surroundings = { reached: ReadonlySet<string>; referred: ReadonlySet<string>; palette: Palette };

function orphanProblems(node: FlowNode, { reached, referred, palette }: Surroundings): string[] {
  if (UNWIRED.has(node.type)) return [];
  // A node without a place on a tab is a config node: somebody must use it. The base of the Dashboard may stand alone.
  if (node.z === undefined || node.z === "") {
    return referred.has(node.id) || node.type === "ui-base" ? [] : ["is a config node that no other node uses"];
  }
  const declared = palette.own.get(node.type);
  if (declared?.takes.length === 0 && declared.gives.length === 0) return [];
  const needsInput = declared !== undefined && (declared.takes === "any" || declared.takes.length > 0);
  if (needsInput && !reached.has(node.id)) return ["no wire leads to it"];
  return reached.has(node.id) || targetsOf(node).length > 0 ? [] : ["is wired to nothing"];
}

function referencesOf(node: FlowNode): string[] {
  const values = Object.entries(node)
    .filter(([key]) => key !== "id")
    .map(([, value]) => value);
  return values.filter((value) => typeof value === "string");
}

/** Where messages enter a subflow. */
function entriesOf(node: FlowNode): string[] {
  const entries =
    node.type === "subflow" && Array.isArray(node["in"]) ? (node["in"] as { wires?: { id?: string }[] }[]) : [];
  return entries.flatMap(({ wires }) => (wires ?? []).flatMap(({ id }) => (id === undefined ? [] : [id])));
}
