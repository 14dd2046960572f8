import { afterAll, beforeAll, expect, test } from "vitest";
import { RED, type RunningNodeRed, startNodeRed } from "../flows/embedded-node-red.ts";
import { ACTORS, tableAllows } from "./actors.ts";
import { CRAWL, crawl, tryComms, tryEditor } from "./editor-matrix.ts";
import { listRoutes, watchMounting } from "./editor-routes.ts";

let nodeRed: RunningNodeRed;
beforeAll(async () => {
  watchMounting();
  nodeRed = await startNodeRed();
});
afterAll(() => nodeRed?.stop());

const STRANGERS = ACTORS.filter((actor) => !tableAllows(actor, "flows:read"));

test("the crawl finds the routes of the editor, of the Dashboard and of our own nodes", () => {
  const routes = listRoutes(RED.httpAdmin);
  const found = routes.map(({ method, example }) => `${method} ${example}`);
  expect(found).toEqual(
    expect.arrayContaining([
      "GET /",
      "GET /flows",
      "POST /flows",
      "DELETE /flow/x",
      "POST /settings/user",
      "GET /credentials/x/x",
      "PATCH /dashboard/api/v1/x/flows",
      "GET /antbox-platform/services",
      "POST /inject/x",
    ]),
  );
  expect(routes.length).toBeGreaterThan(60);
});

test("T2: the crawl of the threat list, and disguised paths, as everybody who may not see flows", async () => {
  expect(await crawl(nodeRed, STRANGERS)).toEqual([]);
});

test("T2: nobody, whatever their rights, reads a file from outside by the path of a key", async () => {
  for (const path of CRAWL.filter((each) => each.includes("keys/"))) {
    const answer = await nodeRed.get(`/editor/${path}`, "admin");
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await answer.text()).not.toMatch(/root:|ssh-|antbox-flow/);
  }
});

test("the editor's socket × everybody × origins", () => tryComms(nodeRed, "on"));

test("every route of the running editor × everybody: the answer is what the permission table says", async () => {
  const routes = listRoutes(RED.httpAdmin);
  expect(await tryEditor(nodeRed, routes, "on")).toBe(routes.length * ACTORS.length);
});
