import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeRuleNodes } from "../../scripts/write-rule-nodes.ts";

export const PROJECT_ROOT = path.resolve(import.meta.dirname, "../..");

type PackageFile = {
  "node-red": { nodes: Record<string, string>; plugins: Record<string, string> };
  "node-red-dashboard-2": { widgets: Record<string, { output: string }> };
};

export function readPackageFile(): PackageFile {
  return JSON.parse(readFileSync(path.join(PROJECT_ROOT, "package.json"), "utf8")) as PackageFile;
}

/**
 * A package that Node-RED loads like ours, without a build: the scripts below `dist/` re-export the sources, which Node
 * runs as they are. Widgets are empty files.
 */
export function createPackageRoot(): string {
  const root = mkdtempSync(path.join(tmpdir(), "antbox-package-"));
  cpSync(path.join(PROJECT_ROOT, "package.json"), path.join(root, "package.json"));
  symlinkSync(path.join(PROJECT_ROOT, "node_modules"), path.join(root, "node_modules"));
  const { "node-red": nodeRed, "node-red-dashboard-2": dashboard } = readPackageFile();
  for (const script of [...Object.values(nodeRed.nodes), ...Object.values(nodeRed.plugins)]) addNode(root, script);
  writeRuleNodes(PROJECT_ROOT, path.join(root, "dist/nodes/rule-nodes"));
  mkdirSync(path.join(root, "resources"));
  for (const { output } of Object.values(dashboard.widgets)) writeFileSync(path.join(root, "resources", output), "");
  return root;
}

function addNode(root: string, script: string): void {
  const folder = path.dirname(script);
  const sources = path.join(PROJECT_ROOT, path.relative("dist", folder));
  const name = path.basename(script, ".js");
  mkdirSync(path.join(root, folder), { recursive: true });
  writeFileSync(
    path.join(root, script),
    `export { default } from ${JSON.stringify(path.join(sources, `${name}.ts`))};\n`,
  );
  for (const file of readdirSync(sources).filter((each) => each.endsWith(".html"))) {
    cpSync(path.join(sources, file), path.join(root, folder, file));
  }
  const locales = path.join(sources, "locales");
  if (existsSync(locales)) cpSync(locales, path.join(root, folder, "locales"), { recursive: true });
}
