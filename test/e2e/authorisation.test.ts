import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";
import type { Route } from "../../api/route.ts";
import { ROUTES } from "../../api/routes.ts";
import type { SiteScope } from "../../domain/access/site-scope.ts";
import { type Actor, Matrix, NOBODY, pairs, tableAllows, UNLIMITED } from "../authorisation/actors.ts";
import { connectRobot } from "../authorisation/socket-robot.ts";
import { cookiesOf } from "../services/cookies-of.ts";
import { type RunningPlatform, startPlatform } from "./start-platform.ts";
import { startWatchedPlatform } from "./watched-platform.ts";

/** One after another, each judged by the document, on a machine that has other work. */
const SOME_HUNDRED_CALLS_MS = 180_000;
const SITES = 4;
const FIRST_PASSWORD = "a walrus lent by somebody else";
const PASSWORD = "two herons over a slow river";
const of = (siteId: string): SiteScope => ({ regions: [], zones: [], sites: [siteId] });
const ACTORS: readonly Actor[] = [
  NOBODY,
  ...UNLIMITED,
  { name: "operator-one", role: "operator", scope: of("site-001") },
  { name: "operator-two", role: "operator", scope: of("site-002") },
  { name: "engineer-two", role: "engineer", scope: of("site-002") },
];
const EDITOR_PATHS = [
  "",
  "flows",
  "settings",
  "nodes",
  "diagnostics",
  "settings/user/keys/..%2fx",
  "auth/login",
  "comms",
];

const REFUSALS = [401, 403, 404];

/**
 * The built platform as it is started in production: what the other tests show part by part must also hold where the
 * parts are put together. Without examples: a request that may not be made is refused before anybody reads it.
 */
describe.for(["on", "readonly", "off"] as const)("the whole platform with EDITOR=%s", (editor) => {
  let platform: RunningPlatform;
  const cookies = new Map<string, string>();

  beforeAll(async () => {
    platform = await startPlatform(
      { sites: SITES, intervalS: 5, environment: { EDITOR: editor } },
      startWatchedPlatform,
    );
    cookies.set("admin", await signIn(platform.username, platform.password));
    for (const actor of ACTORS) if (actor.role !== null && actor.name !== "admin") await addPerson(actor);
  }, 180_000);
  afterAll(() => platform?.close(), 60_000);

  const send = (name: string | null, method: string, path: string, body?: unknown) =>
    fetch(platform.url + path, {
      method,
      redirect: "manual",
      headers: {
        origin: platform.url,
        ...(name === null ? {} : { cookie: cookies.get(name) ?? "" }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  async function signIn(username: string, password: string): Promise<string> {
    const answer = await send(null, "POST", "/api/v1/auth/login", { username, password });
    if (!answer.ok) throw new Error(`${username} cannot sign in: ${answer.status} ${await answer.text()}`);
    return cookiesOf(answer);
  }

  /** As people come to be: made by an administrator, and with a password of their own from then on. */
  async function addPerson({ name, role, scope }: Actor): Promise<void> {
    const body = { username: name, role, scope, password: FIRST_PASSWORD };
    const made = await send("admin", "POST", "/api/v1/users", body);
    if (!made.ok) throw new Error(`${name} cannot be made: ${made.status} ${await made.text()}`);
    cookies.set(name, await signIn(name, FIRST_PASSWORD));
    expect((await send(name, "GET", "/api/v1/sites")).status).toBe(403);
    const changed = await send(name, "POST", "/api/v1/account/password", { current: FIRST_PASSWORD, next: PASSWORD });
    expect([name, changed.status]).toEqual([name, 204]);
    cookies.set(name, await signIn(name, PASSWORD));
    expect((await send(name, "GET", "/api/v1/sites")).status).toBe(200);
  }

  const nameOf = ({ name, role }: Actor) => (role === null ? null : name);

  async function tryRow(row: Route, actor: Actor, matrix: Matrix): Promise<void> {
    const { method, path, access, isPage } = row;
    if (access === "public") return;
    const address = path.replace("/api/v1/sites/{id}", "/api/v1/sites/site-001").replaceAll(/\{[^}]+\}/g, "nothing");
    const answer = await send(nameOf(actor), method, address, row.body || row.upload ? {} : undefined);
    const text = await answer.text();
    const toStranger = isPage ? 302 : 401;
    const isRefused =
      answer.status === (actor.role === null ? toStranger : 403) && !text.includes('"auth.out-of-scope"');
    matrix.expect(`${method} ${path} as ${actor.name} (${answer.status})`, isRefused, !tableAllows(actor, access));
    if (actor.scope === null || answer.status !== 200 || access === "docs:read") return;
    const foreign = actor.scope.sites.includes("site-001") ? /site-00[2-4]/ : /site-00[134]/;
    matrix.expect(`${method} ${path} tells ${actor.name} of others`, foreign.exec(text)?.[0], undefined);
  }

  async function trySockets(actor: Actor, matrix: Matrix): Promise<void> {
    const name = nameOf(actor);
    const cookie = name === null ? undefined : cookies.get(name);
    const visible = actor.scope?.sites ?? Array.from({ length: SITES }, (_, at) => `site-00${at + 1}`);
    const sites = await liveSites(platform.url, cookie);
    matrix.expect(`live as ${actor.name}`, sites, name === null ? "401" : visible.join());
    const socket = await connectRobot(platform.url, { cookie });
    matrix.expect(`Dashboard's socket as ${actor.name}`, typeof socket, name === null ? "string" : "object");
    if (typeof socket !== "string") socket.close();
    const page = (await send(name, "GET", "/dashboard/overview")).status;
    matrix.expect(`the overview as ${actor.name}`, page, tableAllows(actor, "dashboard:use") ? 200 : 302);
    const deploy = (await send(name, "POST", "/editor/flows", { x: 1 })).status;
    const mayEdit = editor === "on" && tableAllows(actor, "flows:edit");
    matrix.expect(`a deploy as ${actor.name} (${deploy})`, REFUSALS.includes(deploy), !mayEdit);
  }

  async function tryEditorPath(actor: Actor, path: string, matrix: Matrix): Promise<void> {
    const { status } = await send(nameOf(actor), "GET", `/editor/${path}`);
    const isOpen = editor !== "off" && tableAllows(actor, "flows:read");
    // For those who are let in, too, some of it is switched off.
    const isShown = path === "" || path === "flows";
    if (!isOpen)
      matrix.expect(`/editor/${path} as ${actor.name} (${status})`, [302, ...REFUSALS].includes(status), true);
    else if (isShown) matrix.expect(`/editor/${path} as ${actor.name}`, status, 200);
    const bare = (await send(nameOf(actor), "GET", `/${path || "red/red.min.js"}`)).status;
    matrix.expect(`/${path} as ${actor.name} (${bare})`, REFUSALS.includes(bare), true);
  }

  test("every REST row × everybody", { timeout: SOME_HUNDRED_CALLS_MS }, async () => {
    const matrix = new Matrix(`built platform, REST rows × people, EDITOR=${editor}`);
    // One ends sessions, the other is tried below.
    const isTried = ({ path, access }: Route) => access !== "public" && !/end-others|\/live$/.test(path);
    const rows = ROUTES.filter(isTried);
    for (const [row, actor] of pairs(rows, ACTORS)) await tryRow(row, actor, matrix);
    matrix.print();
    expect(matrix.mismatches).toEqual([]);
  });

  test("live stream, Dashboard and editor × everybody", async () => {
    const matrix = new Matrix(`built platform, sockets and pages × people, EDITOR=${editor}`);
    for (const actor of ACTORS) await trySockets(actor, matrix);
    for (const [actor, path] of pairs(ACTORS, EDITOR_PATHS)) await tryEditorPath(actor, path, matrix);
    matrix.print();
    expect(matrix.mismatches).toEqual([]);
  });
});

/** @returns the ids in the first frame, or the status of the refusal */
function liveSites(url: string, cookie: string | undefined): Promise<string> {
  const headers = { origin: url, ...(cookie === undefined ? {} : { cookie }) };
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/v1/live`, { headers });
  return new Promise<string>((resolve) => {
    socket.on("open", () => socket.send(JSON.stringify({ type: "subscribe", view: "overview" })));
    socket.on("message", (data) => {
      const frame = JSON.parse(String(data)) as { type: string; sites?: string[] };
      if (frame.type === "full") resolve(frame.sites?.join() ?? "");
    });
    socket.on("unexpected-response", (_request, { statusCode }) => resolve(String(statusCode)));
    socket.on("error", () => resolve("closed"));
    socket.on("close", () => resolve("closed"));
  }).finally(() => socket.terminate());
}
