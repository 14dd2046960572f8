import { once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { io, type Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Role } from "../../domain/access/session-user.ts";
import { flowApi, RED, type RunningNodeRed, startNodeRed } from "./embedded-node-red.ts";

/** A page as an integrator might make it: a button and a text field, wired on; hidden and disabled, which is no lock. */
const page = {
  type: "ui-page",
  name: "Integrator",
  ui: "dashboard-base",
  path: "/own",
  theme: "dashboard-theme",
  layout: "grid",
  order: 9,
};
const OWN_PAGE = [
  { id: "own-page", ...page, visible: "false", disabled: "true" },
  {
    id: "own-group",
    type: "ui-group",
    name: "g",
    page: "own-page",
    width: "6",
    height: "1",
    order: 1,
    visible: "false",
    disabled: "true",
  },
  { id: "own-tab", type: "tab", label: "own", disabled: false },
  {
    id: "own-button",
    z: "own-tab",
    type: "ui-button",
    group: "own-group",
    label: "go",
    payload: "go",
    payloadType: "str",
    wires: [["own-sink"]],
  },
  {
    id: "own-field",
    z: "own-tab",
    type: "ui-text-input",
    group: "own-group",
    label: "field",
    mode: "text",
    sendOnBlur: true,
    passthru: true,
    wires: [["own-sink"]],
  },
  {
    id: "own-template",
    z: "own-tab",
    type: "ui-template",
    group: "own-group",
    format: "<b/>",
    templateScope: "local",
    passthru: true,
    wires: [["own-sink"]],
  },
  { id: "own-sink", z: "own-tab", type: "debug", active: false, wires: [] },
];
const WIDGETS = ["own-button", "own-field", "own-template", "dashboard-overview", "dashboard-shell"];

let nodeRed: RunningNodeRed;
let executed: string[] = [];
const sockets: Socket[] = [];

beforeAll(async () => {
  nodeRed = await startNodeRed();
  await deploy("full", [...flowApi().getFlows().flows, ...OWN_PAGE]);
  RED.hooks.add("onSend.test", (events) => {
    for (const { source } of events as unknown as { source: { id: string } }[]) executed.push(source.id);
  });
});
afterAll(async () => {
  for (const socket of sockets) socket.close();
  await nodeRed?.stop();
});
afterEach(() => {
  executed = [];
  for (const socket of sockets.splice(0)) socket.close();
});

async function deploy(type: string, flows: object[] = flowApi().getFlows().flows): Promise<void> {
  const started = once(RED.events, "flows:started");
  await flowApi().setFlows(structuredClone(flows), type);
  await started;
}

type Handshake = { token?: string; origin?: string | null; transports?: string[]; auth?: object };
function connect({ token, origin = nodeRed.origin, transports = ["websocket"], auth = {} }: Handshake): Socket {
  const extraHeaders = {
    ...(origin === null ? {} : { origin }),
    ...(token === undefined ? {} : { cookie: `antbox_access=${token}` }),
  };
  const socket = io(nodeRed.origin, {
    path: "/dashboard/socket.io",
    transports,
    extraHeaders,
    auth,
    reconnection: false,
    forceNew: true,
  });
  sockets.push(socket);
  return socket;
}
const outcome = (socket: Socket) =>
  new Promise<string>((resolve) => {
    socket.on("connect", () => resolve("connected"));
    socket.on("connect_error", ({ message }) => resolve(message));
  });
/** Waits until the server has worked off what was sent on the socket before. */
async function settled(socket: Socket): Promise<void> {
  const answer = new Promise((resolve) => socket.once("widget-load:ui-marker", resolve));
  socket.emit("widget-load", "ui-marker");
  await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 300))]);
}

test.for([
  { pathname: "/dashboard", stranger: 302, viewer: 301 },
  { pathname: "/dashboard/overview", stranger: 302, viewer: 200 },
  { pathname: "/dashboard/site?id=site-001", stranger: 302, viewer: 200 },
  { pathname: "/dashboard/_setup", stranger: 401, viewer: 200 },
  { pathname: "/dashboard/manifest.webmanifest", stranger: 401, viewer: 200 },
  { pathname: "/dashboard/_debug/datastore/own-field", stranger: 404, viewer: 404 },
  { pathname: "/dashboard/_debug/statestore/own-field", stranger: 404, viewer: 404 },
])("$pathname answers a stranger $stranger and a viewer $viewer", async ({ pathname, stranger, viewer }) => {
  expect((await nodeRed.get(pathname)).status).toBe(stranger);
  expect((await nodeRed.get(pathname, "viewer")).status).toBe(viewer);
});

test("a page may run scripts of this server only, and compile text only while a flow has a template", async () => {
  const policy = async () =>
    (await nodeRed.get("/dashboard/overview", "viewer")).headers.get("content-security-policy");
  expect(await policy()).toContain("script-src 'self' 'unsafe-eval'; ");
  const flows = flowApi().getFlows().flows as { id: string }[];
  await deploy(
    "full",
    flows.filter(({ id }) => id !== "own-template"),
  );
  const strict = await policy();
  expect(strict).toContain("default-src 'none'; script-src 'self'; ");
  expect(strict).toContain(`connect-src 'self' ${nodeRed.origin.replace("http", "ws")}; `);
  expect(strict).toContain("frame-ancestors 'none'");
  await deploy("full", flows);
});

test.for([
  "/dashboard/%5fdebug",
  "/dashboard//_debug",
  "/DASHBOARD/_DEBUG",
  "/dashboard/_debug/",
  "/dashboard/x/../_debug",
])("stored messages are not to be had by %s", async (root) => {
  for (const store of ["datastore", "statestore"]) {
    const answer = await nodeRed.get(`${root}/${store}/own-field`, "admin");
    expect(answer.headers.get("content-type") ?? "").not.toContain("application/json;");
  }
});

test.for([
  { name: "nobody", handshake: {}, expected: "unauthorized" },
  { name: "a token of nobody", handshake: { token: "root" }, expected: "unauthorized" },
  { name: "an expired session", handshake: { token: "admin.1" }, expected: "unauthorized" },
  {
    name: "a claim in the handshake",
    handshake: { auth: { user: { role: "admin" }, token: "admin" } },
    expected: "unauthorized",
  },
  {
    name: "a viewer from another Origin",
    handshake: { token: "viewer", origin: "https://evil.example" },
    expected: "unauthorized",
  },
  { name: "a viewer without an Origin", handshake: { token: "viewer", origin: null }, expected: "unauthorized" },
  {
    name: "an administrator by polling from nowhere",
    handshake: { token: "admin", origin: null, transports: ["polling"] },
    expected: "unauthorized",
  },
  { name: "a viewer", handshake: { token: "viewer" }, expected: "connected" },
  { name: "an administrator", handshake: { token: "admin" }, expected: "connected" },
])("the socket of $name: $expected", async ({ handshake, expected }) => {
  const socket = connect(handshake);
  let hasConfig = false;
  socket.on("ui-config", () => {
    hasConfig = true;
  });
  expect(await outcome(socket)).toBe(expected);
  if (expected !== "connected") expect(hasConfig).toBe(false);
});

const MAY_ACT: Record<Role, boolean> = { viewer: false, operator: true, engineer: true, admin: true };

test.for(Object.entries(MAY_ACT))(
  "over all widgets and events, actions of a %s are executed: %s",
  async ([role, mayAct]) => {
    const socket = connect({ token: role });
    expect(await outcome(socket)).toBe("connected");
    for (const id of WIDGETS) {
      socket.emit("widget-action", id, { payload: "x" });
      socket.emit("widget-change", id, "x");
      socket.emit("widget-send", id, { payload: "x" });
    }
    await settled(socket);
    // A button acts, a text field changes, a template sends; our own widgets have nothing to execute.
    const expected = mayAct ? ["own-button", "own-field", "own-template"] : [];
    await expect.poll(() => [...new Set(executed)].sort()).toEqual(expected);
  },
);

test("packets that the Dashboard's handlers would stumble over do not end the process", async () => {
  const socket = connect({ token: "admin" });
  await outcome(socket);
  const shallow = JSON.parse(`${"[".repeat(200)}${"]".repeat(200)}`) as unknown;
  for (const wrong of [
    null,
    undefined,
    0,
    5,
    true,
    "",
    "text",
    "__proto__",
    "constructor",
    [],
    {},
    shallow,
    { payload: { a: 1 } },
  ]) {
    for (const event of ["widget-action", "widget-change", "widget-send", "widget-load"]) {
      socket.emit(event, wrong, wrong);
      socket.emit(event, "own-button", wrong);
    }
  }
  await settled(socket);
  expect((await nodeRed.get("/dashboard/overview", "viewer")).status).toBe(200);
});

test("a socket ends with its session, also after a full deploy", async () => {
  const end = Date.now() + 2500;
  const socket = connect({ token: `admin.${end}` });
  expect(await outcome(socket)).toBe("connected");
  const closed = new Promise<string>((resolve) => socket.on("disconnect", resolve));
  await deploy("full");
  expect(await closed).toBe("io server disconnect");
  expect(Date.now()).toBeGreaterThanOrEqual(end - 5);
});

test("all sockets of one user can be ended at once, and only those, also after a full deploy", async () => {
  const [ended, kept] = [connect({ token: "operator" }), connect({ token: "viewer" })];
  await Promise.all([outcome(ended), outcome(kept)]);
  await deploy("full");
  const closed = new Promise((resolve) => ended.on("disconnect", resolve));
  expect(nodeRed.access.disconnectUser("operator")).toBe(1);
  await closed;
  expect(kept.connected).toBe(true);
});

test("what every browser gets holds no address but paths", async () => {
  const socket = connect({ token: "viewer" });
  const config = await new Promise<unknown>((resolve) => socket.on("ui-config", (_id, whole) => resolve(whole)));
  const text = JSON.stringify(config);
  expect(text).toContain("ui-fleet-overview");
  expect(text).toContain("dashboard-page-site");
  expect(text).not.toMatch(/\b(10|127|192\.168)\.\d|https?:\/\//);
  writeFileSync(path.join(nodeRed.dataDir, "ui-config.json"), text);
});
