import { afterAll, beforeAll, expect, test } from "vitest";
import WebSocket from "ws";
import { type RunningNodeRed, startNodeRed } from "./embedded-node-red.ts";
import { readPackageFile } from "./package-root.ts";

let nodeRed: RunningNodeRed;
beforeAll(async () => {
  nodeRed = await startNodeRed({ editor: "off" });
});
afterAll(() => nodeRed?.stop());

const PATHS = [
  "",
  "flows",
  "flow/collection-tab",
  "settings",
  "settings/user",
  "nodes",
  "plugins",
  "icons",
  "diagnostics",
];
const MORE = [
  "auth/login",
  "auth/token",
  "context/global",
  "locales/editor",
  "theme",
  "library/local/flows/",
  "comms",
  "red/red.min.js",
];

test.for(["/editor/", "/"])(
  "below %s nothing of the editor or its API is there, even for an administrator",
  async (root) => {
    const headers = { accept: "application/json", origin: nodeRed.origin };
    const answers = [...PATHS, ...MORE].map(async (each): Promise<[string, number]> => {
      return [each, (await nodeRed.get(`${root}${each}`, "admin", { headers })).status];
    });
    expect((await Promise.all(answers)).filter(([, status]) => status !== 404)).toEqual([]);
  },
);

test("a deploy finds nobody", async () => {
  const headers = { "Content-Type": "application/json", origin: nodeRed.origin };
  for (const pathname of ["/editor/flows", "/flows", "/editor/dashboard/api/v1/dashboard-base/flows"]) {
    expect((await nodeRed.get(pathname, "admin", { method: "POST", headers, body: "[]" })).status).toBe(404);
  }
});

test("the editor's socket is not there", async () => {
  const headers = { origin: nodeRed.origin, cookie: "antbox_access=admin" };
  const socket = new WebSocket(`ws://127.0.0.1:${nodeRed.port}/editor/comms`, { headers });
  const status = await new Promise((resolve, reject) => {
    socket.on("unexpected-response", (_request, response) => resolve(response.statusCode));
    socket.on("open", () => reject(new Error("the socket opened")));
    socket.on("error", reject);
  });
  expect(status).toBe(404);
});

test("pages and widgets are there as ever", async () => {
  expect((await nodeRed.get("/dashboard/overview", "viewer")).status).toBe(200);
  const widgets = Object.values(readPackageFile()["node-red-dashboard-2"].widgets);
  for (const { output } of widgets) {
    expect((await nodeRed.get(`/editor/resources/antbox-flow/${output}`, "viewer")).status).toBe(200);
    expect((await nodeRed.get(`/editor/resources/antbox-flow/${output}`)).status).toBe(401);
  }
});
