import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { readFlowFiles } from "../../adapters/flow-storage/flow-storage.ts";
import { canonicalText } from "../../domain/flows/canonical-form.ts";
import { checkFlows } from "../../domain/flows/check/check-flows.ts";
import type { Palette } from "../../domain/flows/check/finding.ts";
import { readPalette } from "../../scripts/flow-palette.ts";
import { PROJECT_ROOT } from "./package-root.ts";

type AnyNode = { id: string; type: string; [key: string]: unknown };
let folder: string;
let palette: Palette;
beforeAll(async () => {
  palette = await readPalette(PROJECT_ROOT);
});
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "antbox-check-"));
  cpSync(path.join(PROJECT_ROOT, "flows"), folder, { recursive: true });
});

function check(...args: string[]) {
  const script = path.join(PROJECT_ROOT, "scripts/check-flows.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--flows", folder, ...args], {
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}

/** What the check says when one file of the shipped flows has been changed. */
async function plant(file: string, change: (nodes: AnyNode[]) => AnyNode[]): Promise<string[]> {
  const files = await readFlowFiles(folder);
  files.set(file, canonicalText(change(JSON.parse(files.get(file) ?? "[]") as AnyNode[])));
  return checkFlows(files, palette).map(({ file: where, node, problem }) => `${where}: ${node}: ${problem}`);
}
const edit = (id: string, changes: object) => (nodes: AnyNode[]) =>
  nodes.map((node) => (node.id === id ? { ...node, ...changes } : node));
const add = (node: AnyNode) => (nodes: AnyNode[]) => [...nodes, node];
const without =
  (...ids: string[]) =>
  (nodes: AnyNode[]) =>
    nodes.filter(({ id }) => !ids.includes(id));
const COLLECTION = "tab.collection.json";
const COMMANDS = "tab.commands.json";
const debug = { type: "debug", z: "collection-tab", wires: [] };

test("the shipped flows are in order", () => {
  expect(check()).toEqual({ status: 0, output: "7 flow files are in order\n" });
});

test.for([
  { name: "an unknown type", change: edit("collection-log", { type: "mystery" }), says: 'type "mystery" is unknown' },
  { name: "an excluded type", change: edit("collection-log", { type: "exec" }), says: 'type "exec" is unknown' },
  {
    name: "a dangling wire",
    change: edit("collection-catch", { wires: [["nobody"]] }),
    says: "wired to nobody, which does not exist",
  },
  {
    name: "an orphan",
    change: add({ id: "alone", name: "Lonely", ...debug }),
    says: "Lonely (alone): is wired to nothing",
  },
  {
    name: "an input that nothing reaches",
    change: add({
      id: "second-live",
      type: "live-state",
      z: "collection-tab",
      platform: "antbox-platform-main",
      wires: [[], []],
    }),
    says: "second-live: no wire leads to it",
  },
  {
    name: "an output joined with an input that does not take it",
    change: edit("collection-poller", { wires: [["collection-validator"], ["collection-validator"]] }),
    says: 'gets "round-report", takes only "reply"',
  },
  {
    name: "the same through a junction",
    change: (nodes: AnyNode[]) =>
      add({ id: "bend", type: "junction", z: "collection-tab", wires: [["collection-live"]] })(
        edit("collection-validator", { wires: [["collection-writer"], ["bend", "collection-writer"]] })(nodes),
      ),
    says: 'gets "rejected", takes only "snapshot", "round-report"',
  },
  {
    name: "a reference that leads nowhere",
    change: edit("collection-live", { platform: "gone" }),
    says: "platform names gone, which does not exist",
  },
  {
    name: "too many outputs",
    change: edit("collection-live", { wires: [[], [], []] }),
    says: "has 3 outputs, its type has 2",
  },
  {
    name: "a wire into a node without input",
    change: edit("collection-live", { wires: [["collection-poller"], []] }),
    says: "which has no input",
  },
  {
    name: "a private address",
    change: edit("collection-log", { name: "http://10.1.101.1/x" }),
    says: "name holds a private address",
  },
  {
    name: "an address of this machine",
    change: edit("collection-log", { info: "see http://127.0.0.1:1880" }),
    says: "info holds a private address",
  },
  {
    name: "a private IPv6 address",
    change: edit("collection-log", { info: "http://[fd12:3456::1]/" }),
    says: "info holds a private address",
  },
  {
    name: "a password",
    change: edit("collection-log", { password: "hunter2" }),
    says: "password holds a secret in plain text",
  },
  {
    name: "a password deep inside",
    change: edit("collection-log", { rules: [{ apiKey: "k" }] }),
    says: "rules.0.apiKey holds a secret",
  },
  {
    name: "a password in an address",
    change: edit("collection-log", { url: "https://u:p@site.example" }),
    says: "an address with a password",
  },
  {
    name: "a token",
    change: edit("collection-log", { info: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc" }),
    says: "a JSON Web Token",
  },
  {
    name: "no writer",
    change: without("collection-writer"),
    says: 'no telemetry-writer gets "snapshot": no snapshot is stored',
  },
  {
    name: "a writer that gets no rejections",
    change: edit("collection-validator", { wires: [["collection-writer"], []] }),
    says: 'no telemetry-writer gets "rejected"',
  },
  {
    name: "a disabled writer",
    change: edit("collection-writer", { d: true }),
    says: 'no telemetry-writer gets "round-report"',
  },
  { name: "no live state", change: without("collection-live"), says: "the screens stand still" },
  { name: "no poller", change: without("collection-poller"), says: "there is none: nothing is collected" },
  {
    name: "a disabled tab",
    change: edit("collection-tab", { disabled: true }),
    says: "there is none: nothing is collected",
  },
  {
    name: "two pollers",
    change: add({
      id: "poller-2",
      type: "antbox-poller",
      z: "collection-tab",
      platform: "antbox-platform-main",
      wires: [["collection-validator"], ["collection-writer"]],
    }),
    says: "is a second poller",
  },
  { name: "no Catch node", change: without("collection-catch", "collection-log"), says: "has no Catch node" },
  {
    name: "no sender of commands",
    file: COMMANDS,
    change: without("commands-sender"),
    says: 'no command-sender gets "command": no command is sent',
  },
  {
    name: "a sender that tells nobody",
    file: COMMANDS,
    change: edit("commands-sender", { wires: [[]] }),
    says: "nobody is told what becomes of commands",
  },
])("$name is found", async ({ change, says, file = COLLECTION }) => {
  const findings = await plant(file, change);
  expect(findings).toContainEqual(expect.stringContaining(says));
  expect(findings[0]).toMatch(/^(tab\.(collection|commands)\.json|config\.json|flows): /);
});

test("a variable of the environment is no secret in plain text", async () => {
  expect(await plant(COLLECTION, edit("collection-log", { password: "$" + "{MAIL_PASSWORD}" }))).toEqual([]);
});

test("an unused config node is found", async () => {
  const findings = await plant("config.json", add({ id: "spare", type: "antbox-platform", name: "" }));
  expect(findings).toEqual(["config.json: spare: is a config node that no other node uses"]);
});

test("the command names file, node and reason, and exits 1", () => {
  const file = path.join(folder, COLLECTION);
  writeFileSync(file, readFileSync(file, "utf8").replace('"telemetry-writer"', '"mystery"'));
  const { status, output } = check();
  expect(output).toContain('tab.collection.json: 入库 Store (collection-writer): type "mystery" is unknown');
  expect(status).toBe(1);
});

test("a file out of canonical form is found, and put right on demand", () => {
  const file = path.join(folder, COLLECTION);
  writeFileSync(file, JSON.stringify(JSON.parse(readFileSync(file, "utf8"))));
  expect(check()).toMatchObject({
    status: 1,
    output: expect.stringContaining(`${COLLECTION}: -: is not in canonical form`),
  });
  expect(check("--write")).toMatchObject({ status: 0 });
  expect(readFileSync(file, "utf8")).toBe(readFileSync(path.join(PROJECT_ROOT, "flows", COLLECTION), "utf8"));
});

test("a file that is no JSON is named", () => {
  writeFileSync(path.join(folder, COLLECTION), "<<<<<<<");
  expect(check()).toMatchObject({ status: 1, output: expect.stringContaining(`${COLLECTION} is not JSON`) });
});

test("no flows at all are no flows in order", () => {
  rmSync(folder, { recursive: true });
  expect(check()).toMatchObject({ status: 1 });
});
