import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { RULE_NODES } from "../nodes/rule-nodes/all-rule-nodes.ts";
import { editorFiles } from "../nodes/rule-nodes/editor-files.ts";

/**
 * Writes forms, labels and help of the rule nodes that are one file each, as Node-RED wants them: beside their script.
 *
 * @param root the project's folder
 * @param folder of the built script
 */
export function writeRuleNodes(root: string, folder: string): void {
  const script = readFileSync(path.join(root, "nodes/rule-nodes/rule-nodes.html"), "utf8");
  for (const [name, text] of Object.entries(editorFiles(RULE_NODES, script))) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
