import { once } from "node:events";
import net from "node:net";
import { expect } from "vitest";
import WebSocket from "ws";
import type { EditorMode } from "../../adapters/node-red/editor-access.ts";
import type { RunningNodeRed } from "../flows/embedded-node-red.ts";
import { ACTORS, type Actor, Matrix, pairs, tableAllows } from "./actors.ts";
import type { EditorRoute } from "./editor-routes.ts";

/** Node-RED's own login lets nobody in, and what it tells of the host is switched off. */
const FOR_NOBODY = /^\/(auth\/token|diagnostics)$/;
/** SSH keys, of which even reading is a write to its mind. */
const WRITES_BY_READING = /^\/settings\/user\/keys/;
/** Files of the palette's packages, wanted by the Dashboard: for everybody who may use that. */
const RESOURCES = /^\/resources\//;
/** Nothing that a route of the editor would take for an order. */
const HARMLESS = { body: "{}", headers: { "content-type": "application/json", "node-red-api-version": "v9" } };

type Outcome = "let in" | "refused" | "to the login" | "not there";

function outcomeOf(status: number): Outcome {
  if (status === 401 || status === 403) return "refused";
  if (status === 302) return "to the login";
  return status === 404 ? "not there" : "let in";
}

/** What the table says of an address. */
function expectedOutcome(route: EditorRoute, actor: Actor, mode: EditorMode): Outcome {
  const { method, example } = route;
  const isHome = method === "GET" && example === "/";
  if (mode === "off") {
    const mayAsk = tableAllows(actor, method === "GET" ? "dashboard:use" : "dashboard:act");
    return mayAsk ? "not there" : "refused";
  }
  if (isHome && isBeforeTheDoor(actor)) return "to the login";
  return isOpenTo(route, actor, mode) ? "let in" : "refused";
}

/** The login page is where one signs in, and where a newcomer replaces the first password. */
function isBeforeTheDoor({ role, mustChangePassword }: Actor): boolean {
  return role === null || mustChangePassword === true;
}

function isOpenTo({ method, example }: EditorRoute, actor: Actor, mode: "on" | "readonly"): boolean {
  if (method === "GET" && RESOURCES.test(example)) return tableAllows(actor, "dashboard:use");
  if (FOR_NOBODY.test(example)) return false;
  const isWrite = method !== "GET" || WRITES_BY_READING.test(example);
  return isWrite ? mode === "on" && tableAllows(actor, "flows:edit") : tableAllows(actor, "flows:read");
}

async function tryRoute(nodeRed: RunningNodeRed, { method, example }: EditorRoute, actor: Actor): Promise<number> {
  const { status } = await nodeRed.get(`/editor${example}`, actor.role === null ? undefined : actor.name, {
    method,
    headers: { ...HARMLESS.headers, origin: nodeRed.origin },
    ...(method === "GET" ? {} : { body: HARMLESS.body }),
  });
  return status;
}

/** Every route of the running editor as everybody. */
export async function tryEditor(nodeRed: RunningNodeRed, routes: readonly EditorRoute[], mode: EditorMode) {
  const matrix = new Matrix(`editor routes × people, EDITOR=${mode}`);
  // Those who may edit come last: what they set going may change what is there.
  const order = [...ACTORS].sort((a, b) => Number(tableAllows(a, "flows:edit")) - Number(tableAllows(b, "flows:edit")));
  for (const [actor, route] of pairs(order, routes)) {
    const status = await tryRoute(nodeRed, route, actor);
    const outcome = outcomeOf(status);
    const what = `${route.method} ${route.pattern} as ${actor.name} (${status})`;
    // Let in is let in, also where there is no such flow or file.
    const isLetIn = outcome === "not there" && mode !== "off";
    matrix.expect(what, isLetIn ? "let in" : outcome, expectedOutcome(route, actor, mode));
  }
  matrix.print();
  expect(matrix.mismatches).toEqual([]);
  return matrix.combinations;
}

/** The paths of the threat list, as everybody who may not, or as everybody when there is no editor. */
export const CRAWL = [
  "",
  "flows",
  "flow/global",
  "settings",
  "settings/user",
  "nodes",
  "plugins",
  "diagnostics",
  "icons",
  "context/global",
  "library/local/flows/",
  "credentials/x/x",
  "auth/login",
  "debug/view/view.html",
  "settings/user/keys",
  "settings/user/keys/..%2fpackage.json",
  "settings/user/keys/..%2f..%2f..%2fetc%2fpasswd",
  "settings/user/keys/%2e%2e%2f%2e%2e%2fx.pub",
  "projects",
  "projects/x/user",
  "comms",
  "red/red.min.js",
];

/** A path written so that only some parsers of it see the editor. */
const DISGUISED = [
  "/EDITOR/flows",
  "/editor//flows",
  "//editor/flows",
  "/editor/./flows",
  "/x/../editor/flows",
  "/editor;x/flows",
  "/%65ditor/flows",
  "/editor/%66lows",
  "/editor%2fflows",
  "/editor\\flows",
];

/** One request line as it stands: `fetch` would tidy it up. @returns the status */
async function rawStatus(nodeRed: RunningNodeRed, target: string, name?: string): Promise<number> {
  const socket = net.connect(nodeRed.port, "127.0.0.1");
  const cookie = name === undefined ? [] : [`Cookie: antbox_access=${name}`];
  socket.write([`GET ${target} HTTP/1.1`, "Host: x", "Connection: close", ...cookie, "", ""].join("\r\n"));
  let text = "";
  socket.on("data", (data) => {
    text += String(data);
  });
  await once(socket, "close");
  if (/"id":"collection/.test(text)) throw new Error(`${target} gave the flows away`);
  return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0);
}

/** The editor's socket, as everybody. @returns "open" or the status of the refusal */
export async function openComms(nodeRed: RunningNodeRed, path: string, headers: Record<string, string>) {
  const socket = new WebSocket(`ws://127.0.0.1:${nodeRed.port}${path}`, { headers });
  try {
    return await new Promise<string>((resolve) => {
      socket.on("open", () => socket.send(JSON.stringify({ subscribe: "status/#" })));
      socket.on("message", () => resolve("open"));
      socket.on("unexpected-response", (_request, { statusCode }) => resolve(String(statusCode)));
      socket.on("error", () => resolve("closed"));
      socket.on("close", () => resolve("closed"));
    });
  } finally {
    socket.terminate();
  }
}

/** T14 and T2 for the editor's socket: who, and from where. */
export async function tryComms(nodeRed: RunningNodeRed, mode: EditorMode) {
  const matrix = new Matrix(`editor socket × people × origins, EDITOR=${mode}`);
  const origins = [nodeRed.origin, null, "null", "https://evil.example", `${nodeRed.origin}.evil.example`];
  const closed = mode === "off" ? "404" : "401";
  for (const [actor, origin] of pairs(ACTORS, origins)) {
    const outcome = await openComms(nodeRed, "/editor/comms", {
      ...(actor.role === null ? {} : { cookie: `antbox_access=${actor.name}` }),
      ...(origin === null ? {} : { origin }),
    });
    const isOpen = mode !== "off" && origin === nodeRed.origin && tableAllows(actor, "flows:read");
    matrix.expect(`comms as ${actor.name} from ${origin}`, outcome, isOpen ? "open" : closed);
  }
  matrix.print();
  expect(matrix.mismatches).toEqual([]);
}

/** The crawl, with and without `/editor`, and the disguised paths. @returns what was answered otherwise than by a refusal */
export async function crawl(nodeRed: RunningNodeRed, actors: readonly Actor[]): Promise<string[]> {
  const open: string[] = [];
  const plain = pairs(["/editor/", "/"], CRAWL).map(([root, path]) => root + path);
  for (const [actor, path] of pairs(actors, plain)) {
    const { status } = await nodeRed.get(path, actor.role === null ? undefined : actor.name);
    const isLogin = status === 302 && path === "/editor/" && isBeforeTheDoor(actor);
    if (!isLogin && ![401, 403, 404].includes(status)) open.push(`${path} as ${actor.name}: ${status}`);
  }
  for (const [actor, target] of pairs(actors, DISGUISED)) {
    const status = await rawStatus(nodeRed, target, actor.role === null ? undefined : actor.name);
    if (status < 300) open.push(`${target} as ${actor.name}: ${status}`);
  }
  return open;
}
