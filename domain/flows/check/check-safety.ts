import type { Topic } from "../node-topics.ts";
import { type Finding, finding, type Palette, type PlacedNode } from "./finding.ts";
import { topicsArriving } from "./topic-graph.ts";

type Duty = { readonly type: string; readonly topics: readonly Topic[]; readonly otherwise: string };

/** The flow is what happens: without one of these, data is silently not stored or not shown, and commands are not sent. */
const DUTIES: readonly Duty[] = [
  { type: "antbox-validator", topics: ["reply"], otherwise: "replies are not turned into snapshots" },
  { type: "telemetry-writer", topics: ["snapshot"], otherwise: "no snapshot is stored" },
  {
    type: "telemetry-writer",
    topics: ["rejected"],
    otherwise: "rejected replies are not kept, and come again for ever",
  },
  { type: "telemetry-writer", topics: ["round-report"], otherwise: "no round is recorded" },
  { type: "live-state", topics: ["snapshot"], otherwise: "the screens stand still" },
  { type: "live-state", topics: ["round-report"], otherwise: "the screens show no rounds" },
  { type: "command-sender", topics: ["command"], otherwise: "no command is sent, and each one expires" },
  { type: "command-state", topics: ["command-state"], otherwise: "nobody is told what becomes of commands" },
];

const POLLER = "antbox-poller";

/** The safety parts of the shipped flows: present, wired through from the poller, and with an ear for errors. */
export function checkSafety(nodes: readonly PlacedNode[], palette: Palette): Finding[] {
  const active = nodes.filter((placed) => isActive(placed, nodes));
  const pollers = active.filter(({ node }) => node.type === POLLER);
  if (pollers.length === 0) return [{ file: "flows", node: POLLER, problem: "there is none: nothing is collected" }];
  const [first, ...more] = pollers;
  const doubled = more.map((placed) => finding(placed, "is a second poller: it takes the place of the first"));
  return [...doubled, ...missingDuties(active, palette, first), ...deafTabs(active, palette)];
}

function missingDuties(active: readonly PlacedNode[], palette: Palette, poller: PlacedNode | undefined): Finding[] {
  const arriving = topicsArriving(active, palette);
  const isDone = ({ type, topics }: Duty) =>
    active.some(({ node }) => node.type === type && topics.every((topic) => arriving.get(node.id)?.has(topic)));
  const missing = DUTIES.filter((duty) => !isDone(duty));
  return missing.map(({ type, topics, otherwise }) => {
    const problem = `no ${type} gets "${topics.join('", "')}": ${otherwise}`;
    return poller ? finding(poller, problem) : { file: "flows", node: POLLER, problem };
  });
}

/** Tabs with nodes of ours that may fail, and no Catch node that says so. */
function deafTabs(active: readonly PlacedNode[], { own }: Palette): Finding[] {
  const heard = new Set(active.filter(({ node }) => node.type === "catch").map(({ node }) => node.z));
  const mayFail = new Set(active.filter(({ node }) => own.get(node.type)?.takes.length).map(({ node }) => node.z));
  const deaf = active.filter(({ node }) => node.type === "tab" && mayFail.has(node.id) && !heard.has(node.id));
  return deaf.map((placed) => finding(placed, "has no Catch node: errors of its nodes reach nobody"));
}

function isActive({ node }: PlacedNode, nodes: readonly PlacedNode[]): boolean {
  if (node["d"] === true || node["disabled"] === true) return false;
  const tab = nodes.find(({ node: other }) => other.id === node.z);
  return tab?.node["disabled"] !== true;
}
