import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { FlowNode } from "../../../domain/flows/flow-node.ts";
import { joinFlows, splitFlows } from "../../../domain/flows/split-flows.ts";

const tab = (id: string, label: string): FlowNode => ({ id, type: "tab", label, disabled: false });
const node = (id: string, z: string, more: object = {}): FlowNode => ({ id, type: "debug", z, wires: [], ...more });
const reversedKeys = (value: FlowNode) => Object.fromEntries(Object.entries(value).reverse()) as FlowNode;

test("one file per tab and subflow, one for the Dashboard's global nodes, one for the others", () => {
  const files = splitFlows([
    tab("t1", "采集 Collection"),
    { id: "s1", type: "subflow", name: "Pump hours" },
    node("n1", "t1"),
    node("n2", "s1"),
    { id: "c1", type: "antbox-platform" },
    { id: "b1", type: "ui-base", name: "x" },
    { id: "w1", type: "ui-button", z: "t1" },
  ]);
  expect([...files.keys()].sort()).toEqual([
    "config.dashboard.json",
    "config.json",
    "subflow.pump-hours.json",
    "tab.采集-collection.json",
  ]);
  expect(files.get("tab.采集-collection.json")).toContain('"w1"');
});

test("the same flows in another order of nodes and keys give the same files", () => {
  const flows = [tab("t1", "a"), node("n2", "t1", { x: 1, name: "b" }), node("n1", "t1", { y: 2 })];
  const posted = [flows[0], flows[2], flows[1]].filter((each) => each !== undefined).map(reversedKeys);
  expect(splitFlows(posted)).toEqual(splitFlows(flows));
});

test("keys stand in a fixed order, wires last, with a newline at the end", () => {
  const text = splitFlows([{ wires: [], y: 1, label: "l", name: "n", g: "g", z: "t", type: "debug", id: "i", a: 0 }]);
  expect(text.get("config.json")).toBe(`[
  {
    "id": "i",
    "type": "debug",
    "z": "t",
    "g": "g",
    "name": "n",
    "label": "l",
    "a": 0,
    "y": 1,
    "wires": []
  }
]
`);
});

test("one edit in one node changes one file by one line", () => {
  const flows = [tab("t1", "a"), tab("t2", "b"), node("n1", "t1", { x: 1 }), node("n2", "t2", { x: 1 })];
  const edited = flows.map((each) => (each.id === "n2" ? { ...each, x: 2 } : each));
  const [before, after] = [splitFlows(flows), splitFlows(edited)];
  expect(after.get("tab.a.json")).toBe(before.get("tab.a.json"));
  const lines = (before.get("tab.b.json") ?? "").split("\n");
  expect((after.get("tab.b.json") ?? "").split("\n").filter((line, index) => line !== lines[index])).toEqual([
    '    "x": 2,',
  ]);
});

test("tabs keep their order, which is not that of their files", () => {
  const flows = [tab("t2", "zebra"), tab("t1", "ant"), tab("t3", "bee")];
  expect(joinFlows(splitFlows(flows)).map(({ id }) => id)).toEqual(["t2", "t1", "t3"]);
  expect(joinFlows(splitFlows(flows)).every((each) => !("rank" in each))).toBe(true);
});

test("a new node on the first tab leaves the other tabs' files alone", () => {
  const flows = [tab("t1", "a"), tab("t2", "b"), node("n2", "t2")];
  const more = [flows[0], node("n1", "t1"), node("n0", "t1"), ...flows.slice(1)].filter((each) => each !== undefined);
  expect(splitFlows(more).get("tab.b.json")).toBe(splitFlows(flows).get("tab.b.json"));
});

test.for([
  { name: "the same label", labels: ["Pumps", "Pumps"], files: ["tab.pumps.t1.json", "tab.pumps.t2.json"] },
  {
    name: "labels that differ in case only",
    labels: ["Pumps", "PUMPS"],
    files: ["tab.pumps.t1.json", "tab.pumps.t2.json"],
  },
  { name: "no label", labels: ["", "!!!"], files: ["tab.t1.json", "tab.t2.json"] },
  {
    name: "a label that walks upwards",
    labels: ["../../etc/passwd", "b"],
    files: ["tab.b.json", "tab.etc-passwd.json"],
  },
])("$name gives files of their own: $files", ({ labels, files }) => {
  const flows = labels.map((label, index) => tab(`t${index + 1}`, label));
  expect([...splitFlows(flows).keys()].sort()).toEqual(files);
  expect(joinFlows(splitFlows(flows))).toHaveLength(2);
});

test("ids that look alike as file names are kept apart", () => {
  expect([...splitFlows([tab("a/b", "x"), tab("a-b", "x")]).keys()].sort()).toEqual([
    "tab.x.a-b-2.json",
    "tab.x.a-b.json",
  ]);
});

test("a node whose tab is gone is not lost", () => {
  expect(joinFlows(splitFlows([node("n1", "gone")]))).toEqual([node("n1", "gone")]);
});

test.for([
  { name: "no JSON", files: { "tab.a.json": "[" }, says: /tab\.a\.json is not JSON/ },
  { name: "no array", files: { "tab.a.json": "{}" }, says: /tab\.a\.json must hold an array/ },
  { name: "no node", files: { "tab.a.json": "[1]" }, says: /tab\.a\.json: entry 0 has no text "id"/ },
  {
    name: "an id in two files",
    files: { "tab.a.json": '[{"id":"n","type":"tab"}]', "tab.b.json": '[{"id":"n","type":"tab"}]' },
    says: /node n stands in tab\.a\.json and again in tab\.b\.json/,
  },
])("refuses $name, naming the file", ({ files, says }) => {
  expect(() => joinFlows(new Map(Object.entries(files)))).toThrow(says);
});

test("splitting and joining any flows loses nothing and settles at once", async () => {
  const id = fc.string({ minLength: 1, maxLength: 6 });
  const container = fc.record({ id, type: fc.constantFrom("tab", "subflow"), label: fc.string(), name: fc.string() });
  const member = fc.record({
    id,
    type: fc.constantFrom("debug", "ui-base"),
    z: fc.option(id, { nil: undefined }),
    x: fc.integer(),
  });
  const flows = fc.uniqueArray(fc.oneof(container, member), { selector: (each) => each.id, maxLength: 12 });
  await fc.assert(
    fc.property(flows, (given) => {
      const nodes = JSON.parse(JSON.stringify(given)) as FlowNode[];
      const joined = joinFlows(splitFlows(nodes));
      expect(new Set(joined.map((each) => JSON.stringify(Object.entries(each).sort())))).toEqual(
        new Set(nodes.map((each) => JSON.stringify(Object.entries(each).sort()))),
      );
      expect(splitFlows(joined)).toEqual(splitFlows(nodes));
      expect(joinFlows(splitFlows(joined))).toEqual(joined);
    }),
  );
});
