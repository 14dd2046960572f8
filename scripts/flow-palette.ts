import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Palette } from "../domain/flows/check/finding.ts";
import type { NodeTopics } from "../domain/flows/node-topics.ts";
import { EXCLUDED_CORE_NODES } from "../settings.ts";

type PackageFile = { "node-red"?: { nodes?: Record<string, string> } };

/** The types of nodes that a flow may hold: ours with their topics, the Dashboard's, and Node-RED's own. */
export async function readPalette(root: string): Promise<Palette> {
  const own = packageNodes(path.join(root, "package.json")).map(async (name): Promise<[string, NodeTopics][]> => {
    const module: unknown = await import(pathToFileURL(path.join(root, "nodes", name, "topics.ts")).href);
    const { topics, types = [name] } = module as { topics: NodeTopics; types?: readonly string[] };
    return types.map((type) => [type, topics]);
  });
  const dashboard = packageNodes(path.join(root, "node_modules/@flowfuse/node-red-dashboard/package.json"));
  return { own: new Map((await Promise.all(own)).flat()), stock: new Set([...dashboard, ...(await coreTypes(root))]) };
}

function packageNodes(file: string): string[] {
  return Object.keys((JSON.parse(readFileSync(file, "utf8")) as PackageFile)["node-red"]?.nodes ?? {});
}

/** Types that Node-RED itself registers, without the files that our settings leave out. */
async function coreTypes(root: string): Promise<string[]> {
  const folder = path.join(root, "node_modules/@node-red/nodes/core");
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".js"));
  const used = files.filter((file) => !EXCLUDED_CORE_NODES.includes(path.basename(file)));
  const texts = await Promise.all(used.map((file) => readFile(path.join(folder, file), "utf8")));
  return texts.flatMap((text) =>
    [...text.matchAll(/registerType\(\s*["']([^"']+)["']/g)].map((match) => match[1] ?? ""),
  );
}
