import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { readPalette } from "../../scripts/flow-palette.ts";
import { type RunningNodeRed, startNodeRed } from "./embedded-node-red.ts";
import { PROJECT_ROOT, readPackageFile } from "./package-root.ts";

const nodeRequire = createRequire(import.meta.url);
const root = mkdtempSync(path.join(tmpdir(), "antbox-build-"));
let nodeRed: RunningNodeRed | undefined;

beforeAll(async () => {
  const tsup = path.join(PROJECT_ROOT, "node_modules/tsup/dist/cli-default.js");
  // One entry more than the product has: it sets the platform as server.ts does, out of the same build.
  const env = { ...process.env, BUILD_DIR: path.join(root, "dist"), BUILD_ENTRIES: "nodes/_shared/platform.ts" };
  const build = spawnSync(process.execPath, [tsup], { cwd: PROJECT_ROOT, env, encoding: "utf8" });
  if (build.status !== 0) throw new Error(build.stdout + build.stderr);
  cpSync(path.join(PROJECT_ROOT, "package.json"), path.join(root, "package.json"));
  cpSync(path.join(PROJECT_ROOT, "examples"), path.join(root, "examples"), { recursive: true });
  symlinkSync(path.join(PROJECT_ROOT, "node_modules"), path.join(root, "node_modules"));
  mkdirSync(path.join(root, "resources"));
  writeFileSync(path.join(root, "resources/ui-fleet-overview.js"), "");
  nodeRed = await startNodeRed({ projectRoot: root });
});
afterAll(() => nodeRed?.stop());

test("every script that package.json names is there, with its form and its locales", () => {
  const { nodes, plugins } = readPackageFile()["node-red"];
  for (const script of [...Object.values(nodes), ...Object.values(plugins)]) {
    expect(existsSync(path.join(root, script)), script).toBe(true);
    expect(existsSync(path.join(root, script.replace(/\.js$/, ".html"))), script).toBe(true);
  }
  for (const [type, script] of Object.entries(nodes)) {
    for (const language of ["zh-CN", "en-US"]) {
      const folder = path.join(root, path.dirname(script), "locales", language);
      expect(Object.keys(JSON.parse(readFileSync(path.join(folder, `${type}.json`), "utf8")))).toEqual([type]);
      expect(existsSync(path.join(folder, `${type}.html`)), folder).toBe(true);
    }
  }
});

test("a real Node-RED loads all of it without an error", async () => {
  const sets = (await (
    await nodeRed?.get("/editor/nodes", "admin", { headers: { accept: "application/json" } })
  )?.json()) as {
    module: string;
    types: string[];
    err?: unknown;
  }[];
  const own = sets.filter(({ module }) => module === "antbox-flow");
  expect(own.filter(({ err }) => err !== undefined)).toEqual([]);
  const { own: palette } = await readPalette(PROJECT_ROOT);
  expect(own.flatMap(({ types }) => types).sort()).toEqual([...palette.keys()].sort());
});

test("the Import menu shows the examples", async () => {
  const answer = await nodeRed?.get("/editor/library/examples/flows/antbox-flow/", "admin");
  expect(await answer?.text()).toContain("antbox-poller");
});

test("a node of the build sees the services that another entry of the build set up", async () => {
  type PlatformModule = { setPlatform(platform: unknown): void };
  const { setPlatform } = nodeRequire(path.join(root, "dist/nodes/_shared/platform.js")) as PlatformModule;
  setPlatform({
    pollIntervalS: 42,
    inventory: { all: () => [] },
    database: { engine: { kind: "pglite", serverVersion: 170_006, timescale: "none" } },
    writer: { stats: () => ({ state: "writing" }) },
    journal: { stats: () => ({ rows: 0, isWritable: true }) },
    liveState: { all: () => new Map() },
  });
  const answer = await nodeRed?.get("/editor/antbox-platform/services", "admin");
  expect(await answer?.json()).toMatchObject({ isStarted: true, pollIntervalS: 42, database: "pglite 17" });
});

test("settings.cjs is what `node-red --settings` expects", () => {
  const settings = nodeRequire(path.join(root, "dist/settings.cjs")) as Record<string, unknown>;
  expect(settings["userDir"]).toMatch(/nodered$/);
  expect(settings["nodesDir"]).toEqual([root]);
  expect(Object.hasOwn(settings["storageModule"] as object, "getSettings")).toBe(true);
  expect(settings["uiHost"]).toBe("127.0.0.1");
});

test("alone, it lets nobody in without ADMIN_PASSWORD, and with it the administrator only", async () => {
  type Standalone = { adminAuth: { authenticate(username: string, password: string): Promise<object | null> } };
  const { adminAuth } = nodeRequire(path.join(root, "dist/settings.cjs")) as Standalone;
  vi.stubEnv("ADMIN_PASSWORD", "");
  expect(await adminAuth.authenticate("admin", "")).toBeNull();
  vi.stubEnv("ADMIN_PASSWORD", "long enough");
  expect(await adminAuth.authenticate("admin", "long enough")).toMatchObject({ username: "admin" });
  expect(await adminAuth.authenticate("admin", "long enougH")).toBeNull();
  expect(await adminAuth.authenticate("root", "long enough")).toBeNull();
  vi.unstubAllEnvs();
});
