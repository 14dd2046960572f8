import { expect, test } from "vitest";
import { diffFlows } from "../../../domain/flows/diff-flows.ts";

const node = (id: string, more: object = {}) => ({
  id,
  type: "inject",
  z: "t1",
  name: `node ${id}`,
  wires: [[]],
  ...more,
});

test("nodes that came, changed and went are named, and nothing of their settings", () => {
  const before = [{ id: "t1", type: "tab", label: "Tab" }, node("a"), node("b"), node("c")];
  const after = [
    { id: "t1", type: "tab", label: "Tab" },
    node("a", { url: "http://10.1.101.1", credentials: { password: "secret" } }),
    { wires: [[]], z: "t1", name: "node b", type: "inject", id: "b" },
    node("d", { name: "" }),
  ];
  expect(diffFlows(before, after)).toEqual({
    added: [{ id: "d", type: "inject", name: "" }],
    changed: [{ id: "a", type: "inject", name: "node a" }],
    removed: [{ id: "c", type: "inject", name: "node c" }],
    more: 0,
  });
  expect(JSON.stringify(diffFlows(before, after))).not.toMatch(/10\.1|secret/);
});

test("nothing changed is nothing; a tab is called by its label; long lists and names are cut", () => {
  expect(diffFlows([node("a")], [node("a")])).toEqual({ added: [], changed: [], removed: [], more: 0 });
  expect(diffFlows([], [{ id: "t1", type: "tab", label: "x".repeat(200) }]).added[0]?.name).toHaveLength(60);
  const many = Array.from({ length: 100 }, (_, n) => node(`n${n}`));
  const { added, more } = diffFlows([], many);
  expect([added.length, more]).toEqual([30, 70]);
});
