import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { PROJECT_ROOT } from "../flows/package-root.ts";

const run = promisify(execFile);
const root = mkdtempSync(path.join(tmpdir(), "antbox-new-node-"));
const node = (script: string, ...args: string[]) =>
  run(process.execPath, [path.join(root, script), ...args], { cwd: root });

/** A copy of the parts of the project that a node needs. */
beforeAll(() => {
  for (const part of [
    "nodes",
    "domain",
    "adapters",
    "settings.ts",
    "settings-standalone.ts",
    "package.json",
    "tsconfig.json",
    "tsup.config.ts",
  ]) {
    cpSync(path.join(PROJECT_ROOT, part), path.join(root, part), { recursive: true });
  }
  mkdirSync(path.join(root, "scripts"));
  mkdirSync(path.join(root, "test/nodes"), { recursive: true });
  for (const file of [
    "scripts/new-node.ts",
    "scripts/list-licences.ts",
    "scripts/write-rule-nodes.ts",
    "package-lock.json",
    "test/nodes/blueprint.test.ts",
    "test/nodes/builders.ts",
    "test/nodes/node-harness.ts",
  ]) {
    cpSync(path.join(PROJECT_ROOT, file), path.join(root, file));
  }
  symlinkSync(path.join(PROJECT_ROOT, "node_modules"), path.join(root, "node_modules"));
  writeFileSync(
    path.join(root, "vitest.config.ts"),
    'export default { test: { include: ["test/**/*.test.ts"], testTimeout: 60_000 } };\n',
  );
});

test("a new node is complete: its test passes, it builds, and it stands in package.json", {
  timeout: 180_000,
}, async () => {
  const { stdout } = await node("scripts/new-node.ts", "pump-hours");
  expect(stdout).toContain("nodes/pump-hours/pump-hours.ts");
  const files = [
    "locales/zh-CN/pump-hours.json",
    "locales/en-US/pump-hours.html",
    "migrate-settings.ts",
    "topics.ts",
    "pump-hours.html",
  ];
  expect(files.filter((file) => !existsSync(path.join(root, "nodes/pump-hours", file)))).toEqual([]);
  expect(existsSync(path.join(root, "examples/pump-hours.json"))).toBe(true);
  const code = readFileSync(path.join(root, "nodes/pump-hours/pump-hours.ts"), "utf8");
  expect(code).toContain("export default function registerPumpHours");
  expect(code).not.toMatch(/blueprint/i);
  const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    "node-red": { nodes: object };
  };
  expect(manifest["node-red"].nodes).toHaveProperty("pump-hours", "dist/nodes/pump-hours/pump-hours.js");

  const tested = await node("node_modules/vitest/vitest.mjs", "run", "test/nodes/pump-hours.test.ts");
  expect(tested.stdout).toContain("6 passed");
  await node("node_modules/tsup/dist/cli-default.js");
  expect(existsSync(path.join(root, "dist/nodes/pump-hours/pump-hours.js"))).toBe(true);
  expect(existsSync(path.join(root, "dist/nodes/pump-hours/locales/zh-CN/pump-hours.html"))).toBe(true);
  expect(existsSync(path.join(root, "dist/nodes/_blueprint"))).toBe(false);
});

test.for([
  { name: "", says: "is no name for a node" },
  { name: "Pump-Hours", says: "is no name for a node" },
  { name: "../evil", says: "is no name for a node" },
  { name: "pump", says: "is no name for a node" },
  { name: "live-state", says: "nodes/live-state is there already" },
])('"$name" is refused', async ({ name, says }) => {
  await expect(node("scripts/new-node.ts", name)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(says),
  });
});
