import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RED, type RunningNodeRed, startNodeRed } from "../flows/embedded-node-red.ts";
import { ACTORS } from "./actors.ts";
import { tryComms, tryEditor } from "./editor-matrix.ts";
import { listRoutes, watchMounting } from "./editor-routes.ts";

let nodeRed: RunningNodeRed;
beforeAll(async () => {
  watchMounting();
  nodeRed = await startNodeRed({ editor: "readonly" });
});
afterAll(() => nodeRed?.stop());

test("every route × everybody: who may see flows reads, and nobody writes", async () => {
  const content = () =>
    readdirSync(nodeRed.flowsDir).map((name) => readFileSync(path.join(nodeRed.flowsDir, name), "utf8"));
  const before = content();
  const routes = listRoutes(RED.httpAdmin);
  expect(routes.length).toBeGreaterThan(60);
  expect(await tryEditor(nodeRed, routes, "readonly")).toBe(routes.length * ACTORS.length);
  expect(content()).toEqual(before);
});

test("the editor's socket × everybody × origins", () => tryComms(nodeRed, "readonly"));
