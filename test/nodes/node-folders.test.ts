import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { checkWiring } from "../../domain/flows/check/check-wiring.ts";
import { findLeaks } from "../../domain/flows/check/find-leaks.ts";
import type { NodeTopics } from "../../domain/flows/node-topics.ts";
import { parseFlowFile } from "../../domain/flows/split-flows.ts";
import { readPalette } from "../../scripts/flow-palette.ts";
import { PROJECT_ROOT, readPackageFile } from "../flows/package-root.ts";

const LANGUAGES = ["zh-CN", "en-US"] as const;
/** Many types out of one file each: what Node-RED finds of them is made when the package is built. */
const MADE = "rule-nodes";
/** Every node, and the blueprint that new ones are copied from. */
const NODES = [
  ...Object.keys(readPackageFile()["node-red"].nodes)
    .filter((type) => type !== MADE)
    .map((type) => ({ type, folder: type })),
  { type: "blueprint", folder: "_blueprint" },
];

const read = (...parts: string[]) => readFileSync(path.join(PROJECT_ROOT, "nodes", ...parts), "utf8");
const sources = (folder: string) => {
  const files = readdirSync(path.join(PROJECT_ROOT, "nodes", folder)).filter((file) => /\.(ts|html)$/.test(file));
  return [...files.map((file) => read(folder, file)), sharedDashboard(folder)].join("\n");
};
/** Widgets share their server half. */
const sharedDashboard = (folder: string) =>
  folder.startsWith("ui-") ? read("_shared/dashboard.ts").replaceAll("${" + "type}", folder) : "";

function keysOf(value: object, prefix = ""): string[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === "object" && inner !== null ? keysOf(inner, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}
const wordsOf = (folder: string, type: string, language: string) =>
  JSON.parse(read(folder, "locales", language, `${type}.json`)) as Record<string, object>;

test.for(NODES)("$type has every file of a node", ({ type, folder }) => {
  const files = [
    `${type}.ts`,
    `${type}.html`,
    "topics.ts",
    ...LANGUAGES.flatMap((each) => [`locales/${each}/${type}.json`, `locales/${each}/${type}.html`]),
  ];
  expect(files.filter((file) => !existsSync(path.join(PROJECT_ROOT, "nodes", folder, file)))).toEqual([]);
});

test.for(NODES)("$type says the same things in both languages, and none is empty", ({ type, folder }) => {
  const [zh, en] = LANGUAGES.map((language) => wordsOf(folder, type, language));
  expect(keysOf(zh ?? {}).sort()).toEqual(keysOf(en ?? {}).sort());
  expect(JSON.stringify([zh, en])).not.toContain('""');
});

test.for(NODES)("$type has a word for every key that it uses", ({ type, folder }) => {
  const known = new Set(keysOf(wordsOf(folder, type, "en-US")));
  const used = [
    ...sources(folder).matchAll(new RegExp(`["'\\]\`](${type}\\.[a-zA-Z0-9.-]+[a-zA-Z0-9])["'\`]`, "g")),
  ].map((match) => match[1] ?? "");
  expect(used.length).toBeGreaterThan(0);
  expect([...new Set(used)].filter((key) => !known.has(key) && !isFileName(key))).toEqual([]);
});
const isFileName = (key: string) => /\.(ts|html|json)$/.test(key);

test.for(NODES)("the form of $type holds no words of its own, and checks every setting", ({ type, folder }) => {
  const html = read(folder, `${type}.html`);
  const form = /<script type="text\/html"[^>]*>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? "";
  expect(form.replace(/<[^>]*>/g, "").trim()).toBe("");
  const defaults = /defaults: \{([\s\S]*?)\n {4}\},/.exec(html)?.[1] ?? "";
  const settings = defaults.split(/\n {6}(?=\w+: \{)/).filter((setting) => setting.trim() !== "");
  const unchecked = settings.filter((setting) => !/validate|type: "|version:/.test(setting));
  expect(unchecked).toEqual([]);
});

test.for(NODES)("the form of $type has as many outputs as its topics say", async ({ type, folder }) => {
  const { topics } = (await import(path.join(PROJECT_ROOT, "nodes", folder, "topics.ts"))) as { topics: NodeTopics };
  const html = read(folder, `${type}.html`);
  const outputs = Number(/outputs: (\d+)/.exec(html)?.[1] ?? 0);
  const inputs = Number(/inputs: (\d+)/.exec(html)?.[1] ?? 0);
  expect(outputs).toBe(topics.gives.length);
  expect(inputs).toBe(topics.takes === "any" || topics.takes.length > 0 ? 1 : 0);
});

test.for(NODES)(
  "the help of $type has the same parts in both languages, errors and an example among them",
  ({ type, folder }) => {
    const [zh, en] = LANGUAGES.map((language) => read(folder, "locales", language, `${type}.html`));
    const parts = (text = "") => [...text.matchAll(/<h3>(.*?)<\/h3>/g)].map((match) => match[1] ?? "");
    expect(parts(zh)).toHaveLength(parts(en).length);
    expect(parts(en)).toEqual(
      expect.arrayContaining(
        ["Settings", "Errors", "Example"].filter((part) => part !== "Settings" || en?.includes("<b>")),
      ),
    );
    const example = /Examples → antbox-flow → ([\w-]+)/.exec(en ?? "")?.[1];
    const shipped = folder.startsWith("_") ? "nodes/_blueprint/example.json" : `examples/${example}.json`;
    expect(existsSync(path.join(PROJECT_ROOT, shipped)), shipped).toBe(true);
  },
);

test("every example can be imported: known types, sound wires, nothing private", async () => {
  const palette = await readPalette(PROJECT_ROOT);
  const folder = path.join(PROJECT_ROOT, "examples");
  for (const file of readdirSync(folder)) {
    const nodes = parseFlowFile(file, readFileSync(path.join(folder, file), "utf8")).map((node) => ({ file, node }));
    expect([...checkWiring(nodes, palette), ...findLeaks(nodes)]).toEqual([]);
  }
});
