import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { flowApi, RED, type RunningNodeRed, startNodeRed } from "../flows/embedded-node-red.ts";
import { createPackageRoot } from "../flows/package-root.ts";
import { ACTORS, type Actor, Matrix, pairs, tableAllows } from "./actors.ts";
import { ACTING, integratorFlow } from "./integrator-flow.ts";
import { connectRobot, EVENTS, type Handshake, tryEverything } from "./socket-robot.ts";

type FlowNode = { readonly id: string; readonly type: string };
type Seen = { readonly event: string; readonly id: string };

const STOCK = fileURLToPath(new URL("./stock-dashboard.ts", import.meta.url));

let nodeRed: RunningNodeRed;
const sockets: Socket[] = [];
/** What came past every guard, as a plugin behind ours sees it. */
const seen: Seen[] = [];
/** Nodes that sent. */
const sent: string[] = [];

/** A second plugin of the Dashboard, which only writes down what ours has let through. */
function rootWithProbe(): string {
  const root = createPackageRoot();
  const file = path.join(root, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8")) as { "node-red": { plugins: Record<string, string> } };
  const script = "dist/nodes/zz-probe/zz-probe.js";
  manifest["node-red"].plugins["zz-probe"] = script;
  writeFileSync(file, JSON.stringify(manifest));
  mkdirSync(path.join(root, path.dirname(script)), { recursive: true });
  writeFileSync(
    path.join(root, script),
    `const write = (event) => (socket, id, message) => {
      globalThis.antboxListened = socket.eventNames();
      if (message || event === "widget-load") globalThis.antboxSeen.push({ event, id });
      return message;
    };
    export default (RED) => RED.plugins.registerPlugin("zz-probe", {
      type: "node-red-dashboard-2",
      hooks: {
        onAction: write("widget-action"), onChange: write("widget-change"),
        onSend: write("widget-send"), onLoad: write("widget-load"),
      },
    });\n`,
  );
  return root;
}

beforeAll(async () => {
  Object.assign(globalThis, { antboxSeen: seen });
  nodeRed = await startNodeRed({ projectRoot: rootWithProbe() });
  const started = once(RED.events, "flows:started");
  const flows = [...flowApi().getFlows().flows, ...integratorFlow("dashboard-base", "dashboard-theme")];
  await flowApi().setFlows(structuredClone(flows), "full");
  await started;
  RED.hooks.add("onSend.test", (events) => {
    for (const { source } of events as unknown as { source: { id: string } }[]) sent.push(source.id);
  });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});
afterAll(() => nodeRed?.stop());

const flowNodes = () => flowApi().getFlows().flows as FlowNode[];
const runs = ({ id }: FlowNode) => flowApi().getNode(id) !== null;
const cookieOf = (name: string) => `antbox_access=${name}`;

async function connect(handshake: Handshake): Promise<Socket | string> {
  const socket = await connectRobot(nodeRed.origin, handshake);
  if (typeof socket !== "string") sockets.push(socket);
  return socket;
}

const ACTIONS = ["widget-action", "widget-change", "widget-send"];

async function tryAs(actor: Actor, nodes: readonly FlowNode[], matrix: Matrix): Promise<void> {
  const [mayUse, mayAct] = [tableAllows(actor, "dashboard:use"), tableAllows(actor, "dashboard:act")];
  seen.length = 0;
  sent.length = 0;
  const socket = await connect(actor.role === null ? {} : { cookie: cookieOf(actor.name) });
  matrix.expect(`the socket as ${actor.name}`, typeof socket !== "string", mayUse);
  if (typeof socket === "string") return;
  const ids = nodes.map(({ id }) => id);
  tryEverything(socket, ids);
  const last = ids.at(-1);
  await expect.poll(() => seen.some(({ event, id }) => event === "widget-load" && id === last)).toBe(true);
  const passed = new Set(seen.map(({ event, id }) => `${event} ${id}`));
  for (const [{ id, type }, event] of pairs(nodes, ACTIONS)) {
    const expected = mayAct && type.startsWith("ui-");
    matrix.expect(`${event} on ${id} (${type}) as ${actor.name}`, passed.has(`${event} ${id}`), expected);
  }
  for (const id of ids) matrix.expect(`widget-load of ${id} as ${actor.name}`, passed.has(`widget-load ${id}`), mayUse);
  await expect.poll(() => [...new Set(sent)].sort()).toEqual(mayAct ? ACTING : []);
  for (const id of ids) {
    matrix.expect(`${id} sends as ${actor.name}`, sent.includes(id), mayAct && ACTING.includes(id));
  }
  socket.close();
}

test("every event × every node of the flows × everybody: what passes is what the permission table says", async () => {
  const matrix = new Matrix("Dashboard events × nodes × people");
  const nodes = flowNodes().filter(runs);
  const ids = nodes.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(["dashboard-overview", "dashboard-shell", "own-button", "own-change"]));
  for (const actor of ACTORS) await tryAs(actor, nodes, matrix);
  matrix.print();
  expect(matrix.mismatches).toEqual([]);
});

test("the Dashboard as it comes lets the anonymous robot act, also through nodes that are no widgets", async () => {
  const stock = fork(STOCK, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  try {
    const nodesThatSent = new Set<string>();
    const port = await new Promise<number>((resolve, reject) => {
      stock.on("message", (message: { port?: number; sent?: string }) => {
        if (message.port !== undefined) resolve(message.port);
        if (message.sent !== undefined) nodesThatSent.add(message.sent);
      });
      stock.on("exit", (code) => reject(new Error(`the stock Dashboard ended with ${code}`)));
    });
    const origin = `http://127.0.0.1:${port}`;
    // As its own pages connect: by polling first, to which browsers add no Origin. It asks for nothing else.
    const robot = await connectRobot(origin, { transports: ["polling", "websocket"], origin: null });
    if (typeof robot === "string") throw new Error(`the stock Dashboard refused the robot: ${robot}`);
    const tried = tryEverything(robot, [...ACTING, "own-change"]);
    await expect.poll(() => [...nodesThatSent].sort(), { timeout: 10_000 }).toEqual([...ACTING, "own-change"].sort());
    expect((await fetch(`${origin}/own/write`, { method: "POST" })).status).toBe(200);
    expect((await fetch(`${origin}/flows`)).status).toBe(200);
    process.stdout.write(`stock Dashboard: ${tried} events of nobody, and all ${ACTING.length + 1} nodes sent\n`);
    robot.close();
  } finally {
    stock.kill("SIGKILL");
  }
});

/** `otherwise`: what is answered to whoever may not; stored messages are not there for anybody. */
type Address = {
  readonly path: string;
  readonly method: string;
  readonly otherwise: "login" | "refused" | "not there";
};

function expectedStatus({ method, otherwise }: Address, actor: Actor): number {
  if (otherwise === "not there") return 404;
  if (tableAllows(actor, method === "GET" ? "dashboard:use" : "dashboard:act")) return 200;
  if (otherwise === "login") return 302;
  return actor.role === null ? 401 : 403;
}

test("every page, set-up, stored message and HTTP endpoint of a flow × everybody", async () => {
  const matrix = new Matrix("Dashboard and flow addresses × people");
  const pages = flowNodes().flatMap((node) =>
    node.type === "ui-page" ? [`/dashboard${String(Reflect.get(node, "path"))}`] : [],
  );
  expect(pages.length).toBeGreaterThan(5);
  const stores = flowNodes().flatMap(({ id }) => [
    `/dashboard/_debug/datastore/${id}`,
    `/dashboard/_debug/statestore/${id}`,
  ]);
  const addresses: Address[] = [
    ...pages.map((path) => ({ path, method: "GET", otherwise: "login" as const })),
    ...["/dashboard/_setup", "/own/read"].map((path) => ({ path, method: "GET", otherwise: "refused" as const })),
    ...["POST", "PUT", "DELETE"].map((method) => ({ path: "/own/write", method, otherwise: "refused" as const })),
    ...stores.map((path) => ({ path, method: "GET", otherwise: "not there" as const })),
  ];
  for (const [actor, address] of pairs(ACTORS, addresses)) {
    const { path, method } = address;
    const token = actor.role === null ? undefined : actor.name;
    const { status } = await nodeRed.get(path, token, { method, headers: { origin: nodeRed.origin } });
    matrix.expect(`${method} ${path} as ${actor.name}`, status, expectedStatus(address, actor));
  }
  matrix.print();
  expect(matrix.mismatches).toEqual([]);
});

test("an endpoint of a flow that writes is not open to another site's page", async () => {
  const write = (headers: Record<string, string>) =>
    nodeRed.get("/own/write", "operator", { method: "POST", headers }).then(({ status }) => status);
  expect(await write({ origin: nodeRed.origin })).toBe(200);
  expect(await write({ origin: "https://evil.example" })).toBe(403);
  expect(await write({})).toBe(403);
});

test.for([
  { name: "our own Origin", origin: () => nodeRed.origin, expected: "open" },
  { name: "a foreign Origin", origin: () => "https://evil.example", expected: "unauthorized" },
  { name: "no Origin", origin: () => null, expected: "unauthorized" },
  { name: "the Origin null of a sandbox", origin: () => "null", expected: "unauthorized" },
  {
    name: "our host over another scheme",
    origin: () => nodeRed.origin.replace("http", "https"),
    expected: "unauthorized",
  },
  { name: "our host on another port", origin: () => `${nodeRed.origin}0`, expected: "unauthorized" },
  {
    name: "our name as the beginning of another",
    origin: () => `${nodeRed.origin}.evil.example`,
    expected: "unauthorized",
  },
])("T14: the Dashboard's socket with $name: $expected", async ({ origin, expected }) => {
  const socket = await connect({ cookie: cookieOf("admin"), origin: origin() });
  expect(typeof socket === "string" ? socket : "open").toBe(expected);
});

test("T14: polling, which browsers send without an Origin, is no way round", async () => {
  const answer = await fetch(`${nodeRed.origin}/dashboard/socket.io/?EIO=4&transport=polling`, {
    headers: { cookie: cookieOf("admin") },
  });
  const session = /"sid":"([^"]+)"/.exec(await answer.text())?.[1];
  const polled = { transports: ["polling"], cookie: cookieOf("admin"), origin: null };
  const socket = session === undefined ? "refused" : await connect(polled);
  expect(typeof socket).toBe("string");
});

test("every event that the running Dashboard listens for was among those that the robot tries", async () => {
  const socket = await connect({ cookie: cookieOf("viewer") });
  if (typeof socket === "string") throw new Error(socket);
  socket.emit("widget-load", "own-button", {});
  const listened = () => (Reflect.get(globalThis, "antboxListened") ?? []) as readonly (string | symbol)[];
  await expect.poll(() => listened().length).toBeGreaterThan(0);
  expect(listened()).toEqual(expect.arrayContaining(["widget-action", "widget-send", "ui-event", "ui-control"]));
  const tried = new Set([...Object.keys(EVENTS), "disconnect", "disconnecting"]);
  expect(listened().filter((name) => !tried.has(String(name)))).toEqual([]);
});
