import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import WebSocket from "ws";
import type { RefusedAccess } from "../../adapters/node-red/session-source.ts";
import type { Role } from "../../domain/access/session-user.ts";
import { RED, type RunningNodeRed, startNodeRed } from "./embedded-node-red.ts";

let nodeRed: RunningNodeRed;
const deploys: { username: string | null; sha256: string }[] = [];
const refused: RefusedAccess[] = [];
beforeAll(async () => {
  nodeRed = await startNodeRed({
    onDeploy: (deploy) => deploys.push(deploy),
    onRefused: (attempt) => refused.push(attempt),
  });
});
afterAll(() => nodeRed?.stop());

const V2 = { "Node-RED-API-Version": "v2", "Content-Type": "application/json" };
type Flows = { flows: { id: string; [key: string]: unknown }[]; rev: string };
const readFlows = async () => (await (await nodeRed.get("/editor/flows", "admin", { headers: V2 })).json()) as Flows;
const deploy = (body: object, role: Role, headers: Record<string, string>) =>
  nodeRed.get("/editor/flows", role, { method: "POST", headers: { ...V2, ...headers }, body: JSON.stringify(body) });

test.for([
  { role: undefined, page: 302, api: 401 },
  { role: "viewer", page: 403, api: 403 },
  { role: "operator", page: 403, api: 403 },
  { role: "engineer", page: 200, api: 200 },
  { role: "admin", page: 200, api: 200 },
] as const)("$role opens the editor with $page and its API with $api", async ({ role, page, api }) => {
  const statuses = ["/editor/", "/editor/flows", "/editor/settings", "/editor/nodes"].map(
    async (pathname) => (await nodeRed.get(pathname, role, { headers: { accept: "application/json" } })).status,
  );
  expect(await Promise.all(statuses)).toEqual([page, api, api, api]);
});

test("what is refused is told, with who and what; a stranger who only reads is not", async () => {
  refused.length = 0;
  await nodeRed.get("/editor/flows");
  await nodeRed.get("/editor/flows?secret=1", "viewer");
  await nodeRed.get("/editor/flows", undefined, { method: "POST", headers: V2, body: "{}" });
  const told = refused.map(({ session, permission, target, code }) => [session?.username, permission, target, code]);
  expect(told).toEqual([
    ["viewer", "flows:read", "GET the editor", "auth.not-allowed"],
    [undefined, "flows:edit", "POST the editor", "auth.not-signed-in"],
  ]);
});

test("a stranger is sent to the login page, and back to the editor from there", async () => {
  const answer = await nodeRed.get("/editor/");
  expect(answer.headers.get("location")).toBe("/login?next=%2Feditor%2F");
});

test("the editor's own login lets nobody in", async () => {
  const body = JSON.stringify({
    client_id: "node-red-editor",
    grant_type: "password",
    scope: "",
    username: "admin",
    password: "admin",
  });
  const headers = { ...V2, origin: nodeRed.origin };
  const answer = await nodeRed.get("/editor/auth/token", "admin", { method: "POST", headers, body });
  expect(answer.status).toBe(403);
  expect(await answer.text()).not.toContain("access_token");
});

test.for([
  { name: "without an Origin", headers: {}, status: 403 },
  { name: "from another Origin", headers: { origin: "https://evil.example" }, status: 403 },
  { name: "from our Origin", headers: { origin: "own" }, status: 200 },
])("a deploy by cookie $name gets $status", async ({ headers, status }) => {
  const { flows, rev } = await readFlows();
  const origin = headers.origin === "own" ? { origin: nodeRed.origin } : headers;
  const started = status === 200 ? once(RED.events, "flows:started") : null;
  expect((await deploy({ flows, rev }, "admin", origin as Record<string, string>)).status).toBe(status);
  await started;
});

test("a bearer token of its own needs no Origin", async () => {
  const answer = await nodeRed.get("/editor/flows", undefined, {
    headers: { ...V2, authorization: "Bearer engineer" },
  });
  expect(answer.status).toBe(200);
  const forged = await nodeRed.get("/editor/flows", undefined, {
    headers: { authorization: "Bearer x; antbox_access=admin" },
  });
  expect(forged.status).toBe(401);
});

test("one edit is one file by one line, the revision is that of the files, and the deploy is told", async () => {
  const file = path.join(nodeRed.flowsDir, "tab.collection.json");
  const before = readFileSync(file, "utf8").split("\n");
  const { flows, rev } = await readFlows();
  const tabs = flows.filter(({ type }) => type === "tab");
  const others = flows.filter(({ type }) => type !== "tab").reverse();
  const edited = [...tabs, ...others].map((node) =>
    node.id === "collection-log" ? { ...node, name: "Renamed" } : node,
  );
  const started = once(RED.events, "flows:started");
  const answer = await deploy({ flows: edited, rev }, "engineer", { origin: nodeRed.origin });
  const saved = (await answer.json()) as { rev: string };
  await started;
  const after = readFileSync(file, "utf8").split("\n");
  expect(after.filter((line, index) => line !== before[index])).toEqual(['    "name": "Renamed",']);
  expect(readdirSync(nodeRed.flowsDir).sort()).toEqual(readdirSync("flows").sort());
  expect((await readFlows()).rev).toBe(saved.rev);
  expect(deploys.at(-1)).toMatchObject({ username: "engineer", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
});

test("telemetry stays off, whatever a user of the editor wishes", async () => {
  const body = JSON.stringify({ telemetryEnabled: true });
  await nodeRed.get("/editor/settings/user", "admin", {
    method: "POST",
    headers: { ...V2, origin: nodeRed.origin },
    body,
  });
  const settings = (await (await nodeRed.get("/editor/settings", "admin")).json()) as { telemetryEnabled: boolean };
  expect(settings.telemetryEnabled).toBe(false);
  const kept = readdirSync(path.join(nodeRed.dataDir, "nodered")).filter((name) => name.startsWith(".config"));
  const texts = kept.map((name) => readFileSync(path.join(nodeRed.dataDir, "nodered", name), "utf8"));
  expect(texts.join()).not.toContain('"telemetryEnabled":true');
});

test("nothing can be installed, no catalogue is asked, no tour and no project is offered", async () => {
  const install = {
    method: "POST",
    headers: { ...V2, origin: nodeRed.origin },
    body: JSON.stringify({ module: "node-red-node-random" }),
  };
  const answer = await nodeRed.get("/editor/nodes", "admin", install);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  const settings = await (await nodeRed.get("/editor/settings", "admin")).json();
  expect(settings).toMatchObject({
    externalModules: { palette: { allowInstall: false, allowUpload: false } },
    functionExternalModules: false,
    editorTheme: { palette: { catalogues: [] }, tours: false, projects: { enabled: false } },
  });
  expect((await nodeRed.get("/editor/diagnostics", "admin")).status).toBeGreaterThanOrEqual(400);
  const key = "/editor/settings/user/keys/..%2f..%2fx";
  expect((await nodeRed.get(key, "admin")).status).toBeGreaterThanOrEqual(400);
});

test("the palette holds our nodes, and none that reach the machine", async () => {
  type NodeSet = { id: string; types: string[]; enabled: boolean; err?: unknown; module: string };
  const sets = (await (
    await nodeRed.get("/editor/nodes", "admin", { headers: { accept: "application/json" } })
  ).json()) as NodeSet[];
  const types = sets.filter(({ enabled }) => enabled).flatMap((set) => set.types);
  expect(types).toEqual(expect.arrayContaining(["antbox-poller", "telemetry-writer", "ui-fleet-overview", "ui-base"]));
  const reaching = ["exec", "tcp in", "tcp out", "udp in", "file", "file in", "watch", "postgrestor"];
  expect(reaching.filter((type) => types.includes(type))).toEqual([]);
  expect(sets.filter(({ err }) => err)).toEqual([]);
});

test("forms, labels and help of our nodes come in both languages", async () => {
  for (const [language, word] of [
    ["zh-CN", "采集"],
    ["en-US", "poller"],
  ] as const) {
    const headers = { "accept-language": language };
    const labels = await (
      await nodeRed.get(`/editor/locales/antbox-flow/antbox-poller?lng=${language}`, "admin", { headers })
    ).text();
    expect(labels).toContain(word);
    const html = await (
      await nodeRed.get("/editor/nodes", "admin", { headers: { ...headers, accept: "text/html" } })
    ).text();
    expect(html).toContain('data-help-name="telemetry-writer"');
    expect(html).toContain(language === "zh-CN" ? "批量写入" : "Written in batches");
  }
});

test("the form of the platform node shows states and counts only", async () => {
  expect(await (await nodeRed.get("/editor/antbox-platform/services", "engineer")).json()).toEqual({
    isStarted: false,
  });
  expect((await nodeRed.get("/editor/antbox-platform/services")).status).toBe(401);
});

function comms(headers: Record<string, string>): Promise<string> {
  const socket = new WebSocket(`ws://127.0.0.1:${nodeRed.port}/editor/comms`, { headers });
  return new Promise((resolve) => {
    socket.on("open", () => socket.send(JSON.stringify({ subscribe: "status/#" })));
    socket.on("message", (data) => resolve(`message ${String(data).slice(0, 20)}`));
    socket.on("unexpected-response", (_request, response) => resolve(`http ${response.statusCode}`));
    socket.on("error", (error) => resolve(`error ${error.message}`));
    socket.on("close", () => resolve("closed"));
  }).then((outcome) => {
    socket.terminate();
    return String(outcome);
  });
}

test("the editor's socket opens for who may see flows, from our pages only", async () => {
  const own = { origin: nodeRed.origin };
  expect(await comms({ ...own, cookie: "antbox_access=admin" })).toMatch(/^message/);
  expect(await comms({ ...own, cookie: "antbox_access=viewer" })).toBe("http 401");
  expect(await comms(own)).toBe("http 401");
  expect(await comms({ cookie: "antbox_access=admin" })).toBe("http 401");
  expect(await comms({ cookie: "antbox_access=admin", origin: "https://evil.example" })).toBe("http 401");
});

test("the editor's socket ends with the session", async () => {
  const end = Date.now() + 1500;
  const headers = { origin: nodeRed.origin, cookie: `antbox_access=admin.${end}` };
  const socket = new WebSocket(`ws://127.0.0.1:${nodeRed.port}/editor/comms`, { headers });
  await once(socket, "open");
  await once(socket, "close");
  expect(Date.now()).toBeGreaterThanOrEqual(end - 5);
});

function rawUpgrade(target: string, headers: string[] = []): Promise<string> {
  const socket = net.connect(nodeRed.port, "127.0.0.1");
  const lines = [
    `GET ${target} HTTP/1.1`,
    "Host: x",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
  ];
  socket.write([...lines, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", ...headers, "", ""].join("\r\n"));
  return new Promise((resolve) => {
    socket.on("data", (data) => {
      resolve(String(data).split("\r\n")[0] ?? "");
      socket.destroy();
    });
    socket.on("close", () => resolve("closed"));
    socket.on("error", () => resolve("reset"));
  });
}

test.for(["http://[", "http://[::1", "//", "//[", "*", "http://%", "/\\[x", "/editor/comms/%zz"])(
  "an upgrade to the nonsense %s does not end the process",
  async (target) => {
    expect(await rawUpgrade(target)).not.toContain("101");
    expect((await nodeRed.get("/editor/settings", "admin")).status).toBe(200);
  },
);

test.for(["/editor/comms", "/editor/comms?x", "/editor/comms#x", "/editor\\comms", "/editor/comms?#"])(
  "written as %s the editor's socket is closed to strangers too",
  async (target) => {
    expect(await rawUpgrade(target, [`Origin: ${nodeRed.origin}`])).toBe("HTTP/1.1 401 Unauthorized");
  },
);
