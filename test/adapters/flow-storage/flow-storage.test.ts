import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import {
  createFlowStorage,
  type Deploy,
  type FlowStorageOptions,
} from "../../../adapters/flow-storage/flow-storage.ts";
import type { FlowNode } from "../../../domain/flows/flow-node.ts";

let flowsDir: string;
let userDir: string;
beforeEach(() => {
  const root = mkdtempSync(path.join(tmpdir(), "antbox-flows-"));
  flowsDir = path.join(root, "flows");
  userDir = path.join(root, "nodered");
  mkdirSync(flowsDir);
});

async function openStorage(options: Partial<FlowStorageOptions> = {}) {
  const storage = createFlowStorage({ flowsDir, isReadOnly: false, ...options });
  await storage.init({ userDir, flowFile: "flows.json" }, { settings: {}, i18n: { _: (key: string) => key } });
  return storage;
}
const FLOWS: readonly FlowNode[] = [
  { id: "t1", type: "tab", label: "采集", disabled: false },
  { id: "n1", type: "debug", z: "t1", name: "log", wires: [] },
  { id: "b1", type: "ui-base", name: "AntBox Flow" },
  { id: "t2", type: "tab", label: "界面", disabled: false },
  { id: "w1", type: "ui-fleet-overview", z: "t2", wires: [] },
];
const flows = () => structuredClone(FLOWS) as FlowNode[];

test("has every method that Node-RED looks for as a property of its own", async () => {
  const storage = await openStorage();
  const methods = ["init", "getFlows", "saveFlows", "getCredentials", "saveCredentials", "getSettings", "saveSettings"];
  const more = ["getSessions", "saveSessions", "getLibraryEntry", "saveLibraryEntry"];
  expect([...methods, ...more].filter((method) => !Object.hasOwn(storage, method))).toEqual([]);
  expect(storage["projects"]).toBeUndefined();
});

test("what was saved is what is read, and the array in hand is already that", async () => {
  const storage = await openStorage();
  const given = flows().reverse();
  await storage.saveFlows(given);
  expect(readdirSync(flowsDir).sort()).toEqual(["config.dashboard.json", "tab.界面.json", "tab.采集.json"].sort());
  const again = await (await openStorage()).getFlows();
  expect(JSON.stringify(again)).toBe(JSON.stringify(given));
});

test("unchanged files are left alone, those of removed tabs go, foreign files stay", async () => {
  const storage = await openStorage();
  await storage.saveFlows(flows());
  writeFileSync(path.join(flowsDir, "README.md"), "mine");
  const inode = () => statSync(path.join(flowsDir, "tab.采集.json")).ino;
  const before = inode();
  await storage.saveFlows(flows().filter(({ id, z }) => id !== "t2" && z !== "t2"));
  expect(inode()).toBe(before);
  expect(readdirSync(flowsDir).sort()).toEqual(["README.md", "config.dashboard.json", "tab.采集.json"].sort());
});

test("a renamed tab changes its file's name", async () => {
  const storage = await openStorage();
  await storage.saveFlows(flows());
  await storage.saveFlows(flows().map((node) => (node.id === "t1" ? { ...node, label: "采集二" } : node)));
  expect(readdirSync(flowsDir)).toContain("tab.采集二.json");
  expect(readdirSync(flowsDir)).not.toContain("tab.采集.json");
});

test("read-only refuses a deploy with a clean 403 and writes nothing", async () => {
  const storage = await openStorage({ isReadOnly: true });
  await expect(storage.saveFlows(flows())).rejects.toMatchObject({ code: "read_only", status: 403 });
  expect(readdirSync(flowsDir)).toEqual([]);
});

test("flows that cannot be read are not overwritten by the empty editor", async () => {
  writeFileSync(path.join(flowsDir, "tab.a.json"), "<<<<<<< merge");
  const storage = await openStorage();
  await expect(storage.getFlows()).rejects.toThrow(/tab\.a\.json is not JSON/);
  await expect(storage.saveFlows(flows())).rejects.toMatchObject({ status: 409 });
  expect(readFileSync(path.join(flowsDir, "tab.a.json"), "utf8")).toBe("<<<<<<< merge");
});

test("without the Dashboard its tabs and global nodes are left out, and only read-only", async () => {
  await (await openStorage()).saveFlows(flows());
  const storage = await openStorage({ isReadOnly: true, withoutDashboard: true });
  expect((await storage.getFlows()).map(({ id }) => id)).toEqual(["t1", "n1"]);
  expect(() => createFlowStorage({ flowsDir, isReadOnly: false, withoutDashboard: true })).toThrow(/read-only/);
});

test("each deploy is told, with who and a hash that follows the content", async () => {
  const deploys: Deploy[] = [];
  const storage = await openStorage({ onDeploy: (deploy) => deploys.push(deploy) });
  await storage.saveFlows(flows(), { username: "eve" });
  await storage.saveFlows(flows().reverse(), { username: "eve" });
  await storage.saveFlows(flows().slice(0, 2));
  expect(deploys.map(({ username }) => username)).toEqual(["eve", "eve", null]);
  const hashes = deploys.map(({ sha256 }) => sha256);
  expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(deploys[0]?.changes.added).toHaveLength(flows().length);
  expect(deploys[2]?.changes.removed).toHaveLength(flows().length - 2);
  // Tabs changed their order between the first two, so only their files differ; the third has fewer files.
  expect(new Set(hashes).size).toBe(3);
});

test("telemetry cannot be saved as switched on", async () => {
  const storage = await openStorage();
  await storage.saveSettings({ telemetryEnabled: true, kept: 1 });
  const read = storage["getSettings"] as () => Promise<object>;
  expect(await read()).toMatchObject({ kept: 1 });
  expect(await read()).not.toHaveProperty("telemetryEnabled");
});
