import { byCodeUnit, canonicalNode, canonicalText } from "./canonical-form.ts";
import { CONFIG_FILE, DASHBOARD_CONFIG_FILE, fileNamesOf } from "./file-names.ts";
import { type FlowNode, isFlowNode } from "./flow-node.ts";

/**
 * The place of a tab among the tabs. It stands in the tab's file only, never in what Node-RED sees, and it is the rank
 * among tabs, not the index in the array: a new node must not change every tab's file.
 */
const RANK = "rank";

/** A flow file that cannot be read, or contradicts another one. */
export class FlowFileError extends Error {
  override readonly name = "FlowFileError";
}

/** Flows as Node-RED holds them → text by file name. Nodes whose tab is gone go to `config.json`: nothing is lost. */
export function splitFlows(flows: readonly FlowNode[]): Map<string, string> {
  const containers = flows.filter(isContainer);
  const fileNames = fileNamesOf(containers);
  const tabs = containers.filter(({ type }) => type === "tab").map(({ id }) => id);
  const files = new Map<string, FlowNode[]>();
  for (const node of flows) {
    const fileName = fileNames.get(isContainer(node) ? node.id : (node.z ?? "")) ?? globalFileOf(node);
    const stored = node.type === "tab" ? { ...node, [RANK]: tabs.indexOf(node.id) + 1 } : node;
    const inFile = files.get(fileName);
    if (inFile) inFile.push(stored);
    else files.set(fileName, [stored]);
  }
  return new Map([...files].map(([fileName, nodes]) => [fileName, canonicalText(nodes)]));
}

/**
 * Text by file name → flows in canonical order: tabs by rank, subflows, global nodes, then the nodes of each by id.
 *
 * @throws {FlowFileError} naming the file: no JSON array of nodes, or an id that stands in two files
 */
export function joinFlows(files: ReadonlyMap<string, string>): FlowNode[] {
  const parsed = [...files].map(([fileName, text]) => ({ fileName, nodes: parseFlowFile(fileName, text) }));
  refuseDuplicates(parsed);
  const nodes = parsed.flatMap((file) => file.nodes);
  const places = new Map([...nodes.filter(isContainer)].sort(byRank).map(({ id }, place) => [id, place]));
  return [...nodes].sort((a, b) => byPlace(a, b, places)).map((node) => canonicalNode(withoutRank(node)));
}

/** @throws {FlowFileError} when the text is no JSON array of nodes */
export function parseFlowFile(fileName: string, text: string): FlowNode[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new FlowFileError(`${fileName} is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (!Array.isArray(parsed)) throw new FlowFileError(`${fileName} must hold an array of nodes`);
  for (const [index, node] of parsed.entries()) {
    if (!isFlowNode(node)) throw new FlowFileError(`${fileName}: entry ${index} has no text "id" and "type"`);
  }
  return parsed as FlowNode[];
}

/** True when a file belongs to Dashboard 2.0: its global nodes, or a tab with widgets on it. */
export function isDashboardFile(fileName: string, nodes: readonly FlowNode[]): boolean {
  return fileName === DASHBOARD_CONFIG_FILE || nodes.some(({ type }) => type.startsWith("ui-"));
}

function isContainer({ type }: FlowNode): boolean {
  return type === "tab" || type === "subflow";
}

function globalFileOf({ type, z }: FlowNode): string {
  return type.startsWith("ui-") && (z === undefined || z === "") ? DASHBOARD_CONFIG_FILE : CONFIG_FILE;
}

function withoutRank(node: FlowNode): FlowNode {
  if (node.type !== "tab" || !(RANK in node)) return node;
  const { [RANK]: _rank, ...rest } = node;
  return rest as FlowNode;
}

/** Tabs by rank, then subflows; ties, as after a merge of two branches, by id. */
function byRank(a: FlowNode, b: FlowNode): number {
  return rankOf(a) - rankOf(b) || byCodeUnit(a.id, b.id);
}

const SUBFLOW_RANK = 1e9;
function rankOf(container: FlowNode): number {
  if (container.type !== "tab") return SUBFLOW_RANK;
  const rank = container[RANK];
  return typeof rank === "number" && Number.isFinite(rank) ? rank : SUBFLOW_RANK - 1;
}

function byPlace(a: FlowNode, b: FlowNode, places: ReadonlyMap<string, number>): number {
  return orderOf(a, places) - orderOf(b, places) || byCodeUnit(a.id, b.id);
}

/** Tabs and subflows, then global nodes, then what lies on each tab: the order in which the stock editor exports. */
function orderOf(node: FlowNode, places: ReadonlyMap<string, number>): number {
  if (isContainer(node)) return places.get(node.id) ?? 0;
  const onContainer = places.get(node.z ?? "");
  return onContainer === undefined ? places.size : places.size + 1 + onContainer;
}

function refuseDuplicates(files: readonly { fileName: string; nodes: readonly FlowNode[] }[]): void {
  const seenIn = new Map<string, string>();
  for (const { fileName, nodes } of files) {
    for (const { id } of nodes) {
      const first = seenIn.get(id);
      if (first !== undefined) throw new FlowFileError(`node ${id} stands in ${first} and again in ${fileName}`);
      seenIn.set(id, fileName);
    }
  }
}
