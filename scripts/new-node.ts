import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

/**
 * `npm run new-node -- <name>`: a node that works, from `nodes/_blueprint/`: its folder, its test, its example and its
 * line in package.json. What is left is to change what it does.
 */
const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)+$/;

/** @throws {Error} when the name is no kebab-case of two words or more, or is taken */
async function createNode(name: string): Promise<string[]> {
  if (!NAME.test(name))
    throw new Error(`"${name}" is no name for a node: lower-case words joined by -, such as pump-hours`);
  const folder = path.join(ROOT, "nodes", name);
  if (existsSync(folder)) throw new Error(`nodes/${name} is there already`);
  await cp(path.join(ROOT, "nodes/_blueprint"), folder, { recursive: true });
  await mkdir(path.join(ROOT, "examples"), { recursive: true });
  await rename(path.join(folder, "example.json"), path.join(ROOT, "examples", `${name}.json`));
  await cp(path.join(ROOT, "test/nodes/blueprint.test.ts"), path.join(ROOT, "test/nodes", `${name}.test.ts`));
  const inFolder = await renameFiles(folder, name);
  const files = [
    ...inFolder,
    path.join(ROOT, "examples", `${name}.json`),
    path.join(ROOT, "test/nodes", `${name}.test.ts`),
  ];
  for (const file of files) await writeFile(file, renamed(await readFile(file, "utf8"), name));
  await addToPackage(name);
  return files.map((file) => path.relative(ROOT, file));
}

async function renameFiles(folder: string, name: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file) => {
      const target = path.join(path.dirname(file), path.basename(file).replace("blueprint", name));
      await rename(file, target);
      return target;
    }),
  );
}

/** Type and keys in kebab-case, TypeScript names in PascalCase. */
function renamed(text: string, name: string): string {
  const pascal = name.replace(/(^|-)([a-z0-9])/g, (_, _dash: string, letter: string) => letter.toUpperCase());
  return text.replaceAll("_blueprint/", `${name}/`).replaceAll("blueprint", name).replaceAll("Blueprint", pascal);
}

async function addToPackage(name: string): Promise<void> {
  const file = path.join(ROOT, "package.json");
  const manifest = JSON.parse(await readFile(file, "utf8")) as { "node-red": { nodes: Record<string, string> } };
  manifest["node-red"].nodes[name] = `dist/nodes/${name}/${name}.js`;
  await writeFile(file, `${JSON.stringify(manifest, null, 2)}\n`);
}

try {
  const files = await createNode(process.argv[2] ?? "");
  console.log(["Made:", ...files.map((file) => `  ${file}`), "  package.json (one line)"].join("\n"));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
