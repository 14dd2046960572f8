import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { flowApi, type RunningNodeRed, startNodeRed } from "./embedded-node-red.ts";

let nodeRed: RunningNodeRed;
beforeAll(async () => {
  nodeRed = await startNodeRed({ editor: "readonly" });
});
afterAll(() => nodeRed?.stop());

const content = () =>
  readdirSync(nodeRed.flowsDir).map((name) => [name, readFileSync(path.join(nodeRed.flowsDir, name), "utf8")]);

test("flows can be looked at", async () => {
  expect((await nodeRed.get("/editor/", "engineer")).status).toBe(200);
  expect((await nodeRed.get("/editor/flows", "admin")).status).toBe(200);
});

test("a deploy is refused by the gate, and nothing on the disk changes", async () => {
  const before = content();
  const headers = { "Content-Type": "application/json", origin: nodeRed.origin };
  const answer = await nodeRed.get("/editor/flows", "admin", { method: "POST", headers, body: "[]" });
  expect(answer.status).toBe(403);
  expect(content()).toEqual(before);
});

test("a deploy past the permissions is refused by the storage with a clean 403", async () => {
  const before = content();
  const attempt = flowApi().setFlows([{ id: "x", type: "tab", label: "x" }], "full");
  await expect(attempt).rejects.toMatchObject({ code: "read_only", status: 403 });
  expect(content()).toEqual(before);
});
