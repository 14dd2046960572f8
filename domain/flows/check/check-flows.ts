import { FlowFileError, joinFlows, parseFlowFile, splitFlows } from "../split-flows.ts";
import { checkSafety } from "./check-safety.ts";
import { checkWiring } from "./check-wiring.ts";
import { findLeaks } from "./find-leaks.ts";
import type { Finding, Palette, PlacedNode } from "./finding.ts";

/**
 * Everything wrong with the versioned flows.
 *
 * @param files text by file name, as on disk
 */
export function checkFlows(files: ReadonlyMap<string, string>, palette: Palette): Finding[] {
  try {
    const canonical = splitFlows(joinFlows(files));
    const nodes = [...files].flatMap(([file, text]) =>
      parseFlowFile(file, text).map((node): PlacedNode => ({ file, node })),
    );
    return [
      ...notCanonical(files, canonical),
      ...checkWiring(nodes, palette),
      ...checkSafety(nodes, palette),
      ...findLeaks(nodes),
    ];
  } catch (error) {
    if (error instanceof FlowFileError) return [{ file: "flows", node: "-", problem: error.message }];
    throw error;
  }
}

function notCanonical(files: ReadonlyMap<string, string>, canonical: ReadonlyMap<string, string>): Finding[] {
  const names = [...new Set([...files.keys(), ...canonical.keys()])].sort();
  return names
    .filter((name) => files.get(name) !== canonical.get(name))
    .map((file) => ({ file, node: "-", problem: problemOf(files.has(file), canonical.has(file)) }));
}

function problemOf(isOnDisk: boolean, isExpected: boolean): string {
  if (!isOnDisk) return "is missing: its nodes stand in another file";
  return isExpected
    ? "is not in canonical form: node scripts/check-flows.ts --write puts it right"
    : "should have another name: its nodes belong into another file";
}
