import { byCodeUnit } from "./canonical-form.ts";
import type { FlowNode } from "./flow-node.ts";

export const CONFIG_FILE = "config.json";
/** Global nodes of Dashboard 2.0: base, theme, pages, groups. */
export const DASHBOARD_CONFIG_FILE = "config.dashboard.json";

/** A file system allows 255 bytes; 60 Chinese letters are 180. */
const LONGEST_SLUG = 60;
const FLOW_FILE = /^(tab\.[^/\\]+|subflow\.[^/\\]+|config|config\.dashboard)\.json$/;

/** True for the files that the flow storage owns; anything else in the folder is left alone. */
export function isFlowFile(fileName: string): boolean {
  return FLOW_FILE.test(fileName);
}

/** A text as part of a file name: letters of any script and digits, lower case, joined by `-`. May be empty. */
function slugOf(text: string): string {
  const words =
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  return [...words.join("-")].slice(0, LONGEST_SLUG).join("").replace(/-$/, "");
}

/**
 * The file of each tab and subflow, by its id. Where several share a slug, all of them carry their id, so that the name
 * of one never depends on the order in which they were made.
 */
export function fileNamesOf(containers: readonly FlowNode[]): Map<string, string> {
  const named = containers.map((container) => ({ id: container.id, stem: stemOf(container) }));
  const stemCounts = countBy(named.map(({ stem }) => stem));
  const unique = named.map(({ id, stem }) =>
    (stemCounts.get(stem) ?? 0) > 1 ? { id, stem: `${stem}.${slugOf(id) || "id"}` } : { id, stem },
  );
  return withoutCollisions(unique);
}

function stemOf(container: FlowNode): string {
  const kind = container.type === "tab" ? "tab" : "subflow";
  const title = container.type === "tab" ? container.label : container.name;
  const slug = slugOf(typeof title === "string" ? title : "") || slugOf(container.id) || "unnamed";
  return `${kind}.${slug}`;
}

/** Ids differ, but their slugs may not (`a/b` and `a-b`): the later id gets a number. */
function withoutCollisions(named: readonly { id: string; stem: string }[]): Map<string, string> {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const { id, stem } of [...named].sort((a, b) => byCodeUnit(a.id, b.id))) {
    let candidate = stem;
    for (let number = 2; taken.has(candidate); number += 1) candidate = `${stem}-${number}`;
    taken.add(candidate);
    names.set(id, `${candidate}.json`);
  }
  return names;
}

function countBy(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
