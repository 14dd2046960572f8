import { createReadStream, existsSync, readdirSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { type WebSocket, WebSocketServer } from "ws";
import type { Priority } from "../../../domain/alarms/alarm.ts";
import {
  encodeDeltaBody,
  encodeFullBody,
  type FrameLayout,
  stampDelta,
  stampFull,
} from "../../../domain/live/encode-frame.ts";
import { HEARTBEAT_MS, OVERVIEW_POINTS, type Subscribe } from "../../../domain/live/live-frame.ts";
import { POINT_NAMES } from "../../../domain/points/catalogue.ts";
import { createFakeAdmin, fakeUser } from "./fake-admin.ts";
import { createFakeAlarms, type FakeAlarms } from "./fake-alarms.ts";
import { createFakeFleet, type FakeFleet, fakePoints } from "./fake-fleet.ts";
import { fakeFleetHistory, fakeHistory, fakeOutliers, fakeSisters } from "./fake-history.ts";
import { inventoryAnswer } from "./fake-inventory.ts";
import { fakeJobs } from "./fake-jobs.ts";
import { createFakeNotifications, type FakeNotifications } from "./fake-notifications.ts";
import type { FakeVideo } from "./fake-video.ts";

/**
 * The pages with a made-up back end: real files, real frames, real HTTP and WebSocket on loopback. For working on the
 * screens, and for states that a healthy platform never shows.
 */
export type FakePlatform = {
  readonly url: string;
  readonly fleet: FakeFleet;
  readonly alarms: FakeAlarms;
  readonly notifications: FakeNotifications;
  /** As when the process dies: every socket is cut, the port refuses. */
  stop(): Promise<void>;
  /** On the same port again. */
  start(): Promise<void>;
  /** False: the server answers but polls nothing. */
  setPolling(isPolling: boolean): void;
  /** What the platform finds wrong with itself. */
  setSelfAlarms(alarms: SelfAlarms): void;
};

type SelfAlarms = readonly { readonly ruleId: string; readonly priority: Priority; readonly since: string }[];

type Options = {
  readonly sites?: number;
  readonly intervalS?: number;
  readonly roundEveryMs?: number;
  readonly port?: number;
  /** How many nothing hides; up to three have a story, more are spread over all sites and rules. */
  readonly alarms?: number;
  /** Cameras; FFmpeg makes their pictures, so only who looks at them has any. */
  readonly video?: FakeVideo;
};

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const ASSETS = join(ROOT, "node_modules/@flowfuse/node-red-dashboard/dist/assets");
/** Its name carries a hash. Our pages must live with its resets. */
const dashboardSheet = () => readdirSync(ASSETS).find((name) => /^index-.*\.css$/.test(name)) ?? "";
const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".html": "text/html",
  ".svg": "image/svg+xml",
};
const WIDGETS = "/editor/resources/antbox-flow/";
const COOKIE = "antbox_access=harness";

export async function startFakePlatform(options: Options = {}): Promise<FakePlatform> {
  const intervalS = options.intervalS ?? 60;
  const fleet = createFakeFleet(options.sites ?? 150, intervalS, Date.now());
  const alarms = createFakeAlarms(fleet, options.alarms ?? 3, Date.now());
  const notifications = createFakeNotifications(Date.now());
  const back: Back = { fleet, alarms, notifications, selfAlarms: [] };
  const live = createFakeLive(fleet, alarms, options.video);
  alarms.onChange(live.alarms);
  options.video?.onChange(live.stream);
  let polling = true;
  let port = options.port ?? 0;
  let server: Server | undefined;
  const timers: NodeJS.Timeout[] = [];

  async function start(): Promise<void> {
    const started = createServer((request, response) => {
      const isOfVideo = isSignedIn(request) && options.video?.answer(request, response);
      if (!isOfVideo) answer(back, request, response);
    });
    started.on("upgrade", live.upgrade);
    await new Promise<void>((resolve) => started.listen(port, "127.0.0.1", resolve));
    port = (started.address() as AddressInfo).port;
    server = started;
    timers.push(
      setInterval(live.heartbeat, HEARTBEAT_MS),
      setInterval(
        () => {
          if (polling) live.round(fleet.round(Date.now()));
        },
        options.roundEveryMs ?? intervalS * 1000,
      ),
    );
  }

  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    fleet,
    alarms,
    notifications,
    start,
    async stop() {
      for (const timer of timers.splice(0)) clearInterval(timer);
      live.cut();
      const closing = server;
      server = undefined;
      closing?.closeAllConnections();
      await new Promise<void>((resolve) => (closing ? closing.close(() => resolve()) : resolve()));
    },
    setPolling(isPolling) {
      polling = isPolling;
    },
    setSelfAlarms(alarms) {
      back.selfAlarms = alarms;
    },
  };
}

type Client = { readonly socket: WebSocket; layout: FrameLayout | null; seq: number; hearsStreams: boolean };

function createFakeLive(fleet: FakeFleet, alarms: FakeAlarms, video: FakeVideo | undefined) {
  const sockets = new WebSocketServer({ noServer: true });
  const clients = new Set<Client>();
  const alarmFrame = () => JSON.stringify({ type: "alarms", at: new Date().toISOString(), summary: alarms.summary() });
  const streamFrame = (isWhole: boolean, isWanted: (streamId: string) => boolean) => {
    const streams = video?.items().filter(({ streamId }) => isWanted(streamId)) ?? [];
    return JSON.stringify({ type: "streams", at: new Date().toISOString(), isWhole, streams });
  };
  const epoch = () => `harness-${process.pid}`;

  sockets.on("connection", (socket) => {
    const client: Client = { socket, layout: null, seq: 0, hearsStreams: false };
    clients.add(client);
    socket.on("close", () => clients.delete(client));
    socket.on("message", (text) => {
      const { view, sites, topics = [] } = JSON.parse(String(text)) as Subscribe;
      const points = view === "overview" ? OVERVIEW_POINTS : POINT_NAMES;
      client.layout = { epoch: epoch(), view, sites: sites ?? fleet.ids, points };
      const snapshots = client.layout.sites.map((id) => fleet.snapshot(id));
      socket.send(stampFull(encodeFullBody(client.layout, client.seq, snapshots), new Date().toISOString()));
      socket.send(alarmFrame());
      client.hearsStreams = video !== undefined && topics.includes("streams");
      if (client.hearsStreams) socket.send(streamFrame(true, () => true));
    });
  });

  return {
    upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit("connection", opened, request)),
    heartbeat() {
      for (const { socket, seq } of clients) {
        socket.send(JSON.stringify({ type: "heartbeat", epoch: epoch(), seq, at: new Date().toISOString() }));
      }
    },
    round(moved: readonly string[]) {
      const at = new Date().toISOString();
      for (const client of clients) {
        const { layout, socket } = client;
        if (!layout) continue;
        const index = moved.map((id) => layout.sites.indexOf(id)).filter((place) => place >= 0);
        const snapshots = index.flatMap((place) => fleet.snapshot(layout.sites[place] ?? "") ?? []);
        if (index.length > 0) {
          client.seq += 1;
          socket.send(stampDelta(encodeDeltaBody(layout, client.seq, index, snapshots), at));
        }
        socket.send(JSON.stringify({ type: "round", at, round: fakeRound(fleet, moved.length) }));
      }
    },
    alarms() {
      for (const { socket, layout } of clients) if (layout) socket.send(alarmFrame());
    },
    stream(streamId: string) {
      const frame = streamFrame(false, (id) => id === streamId);
      for (const { socket, hearsStreams } of clients) if (hearsStreams) socket.send(frame);
    },
    cut() {
      for (const { socket } of clients) socket.terminate();
    },
  };
}

function fakeRound(fleet: FakeFleet, ok: number) {
  const slot = new Date(Math.floor(Date.now() / (fleet.intervalS * 1000)) * fleet.intervalS * 1000).toISOString();
  const failed = fleet.ids.length - ok;
  return {
    slot,
    durationMs: 212,
    sites: fleet.ids.length,
    ok,
    late: 0,
    failed: failed > 0 ? { connect_timeout: failed } : {},
  };
}

type Answer = { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> };

const NOT_FOUND: Answer = { status: 404, body: { code: "request.not-found" } };
const admin = createFakeAdmin(Date.now());
const user = () => fakeUser("admin", "admin", { hasTotp: admin.hasTotp() });
const granted = (own: Record<string, unknown> = {}) => ({
  accessToken: "harness",
  expiresIn: 600,
  sessionEndsIn: 43_200,
  user: { ...user(), ...own },
});

type Back = {
  readonly fleet: FakeFleet;
  readonly alarms: FakeAlarms;
  readonly notifications: FakeNotifications;
  selfAlarms: SelfAlarms;
};

function answer(back: Back, request: IncomingMessage, response: ServerResponse): void {
  const { alarms, notifications } = back;
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  if (url.pathname === "/api/v1/auth/login") answerLogin(request, response);
  else if (url.pathname === "/api/v1/auth/methods") send(response, METHODS);
  else if (isSignedIn(request) && url.pathname === "/api/v1/sites/import") {
    request.resume();
    send(response, apiAnswer(back, request, url));
  } else if (isSignedIn(request) && request.method !== "GET" && url.pathname.startsWith("/api/v1/")) {
    void readJson(request).then((body) => {
      const path = url.pathname.slice("/api/v1".length);
      const method = request.method ?? "";
      const told = notifications.answer(method, url, body, request.headers["if-match"]);
      const known = told ?? alarms.answer(method, url, body) ?? admin.answer(method, path, body);
      send(response, known ?? apiAnswer(back, request, url));
    });
  } else if (url.pathname.startsWith("/api/v1/")) {
    const told = isSignedIn(request) ? notifications.answer("GET", url, {}, undefined) : null;
    const known = told ?? (isSignedIn(request) ? alarms.answer("GET", url, {}) : null);
    send(response, known ?? apiAnswer(back, request, url));
  } else answerPage(request, url, response);
}

function answerPage(request: IncomingMessage, url: URL, response: ServerResponse): void {
  const path = url.pathname;
  if (path === "/") send(response, redirectTo("/dashboard/overview"));
  else if (path === "/login") sendFile(response, join(ROOT, "resources/login"), "index.html");
  else if (path.startsWith("/login/")) sendFile(response, join(ROOT, "resources/login"), path.slice(7));
  else if (path.startsWith(WIDGETS)) sendFile(response, join(ROOT, "resources"), path.slice(WIDGETS.length));
  else if (path === "/vendor/vue.js") {
    sendFile(response, join(ROOT, "node_modules/vue/dist"), "vue.runtime.esm-browser.prod.js");
  } else if (path === "/dashboard/assets/dashboard.css") sendFile(response, ASSETS, dashboardSheet());
  else if (!path.startsWith("/dashboard/")) send(response, NOT_FOUND);
  else if (isSignedIn(request)) sendFile(response, fileURLToPath(new URL(".", import.meta.url)), "page.html");
  else send(response, redirectTo(`/login?next=${encodeURIComponent(path + url.search)}`));
}

function apiAnswer({ fleet, selfAlarms }: Back, request: IncomingMessage, url: URL): Answer {
  if (!isSignedIn(request)) return { status: 401, body: { code: "auth.not-signed-in" } };
  const path = url.pathname.slice("/api/v1".length);
  if (path === "/history") return { status: 200, body: fakeFleetHistory(fleet, url) };
  if (path === "/outliers") return { status: 200, body: fakeOutliers(fleet, url) };
  const administered = admin.answer(request.method ?? "GET", path, {});
  if (administered) return administered;
  const listed = inventoryAnswer(fleet.summaries(), request.method ?? "GET", path);
  if (listed) return listed;
  if (/^\/profiles\/[\w-]+\/writes$/.test(path))
    return { status: 200, body: { items: [], nextCursor: null, total: 0 } };
  const site = /^\/sites\/([^/]+)(?:\/([\w/]+))?$/.exec(path);
  if (site) return siteAnswer(fleet, site[1] ?? "", site[2] ?? "", url);
  const items = fleet.summaries();
  const answers: Readonly<Record<string, Answer>> = {
    "/auth/me": { status: 200, body: user() },
    "/auth/refresh": { status: 200, body: granted() },
    "/auth/logout": { status: 204, headers: { "set-cookie": "antbox_access=; Max-Age=0; Path=/" } },
    "/snapshots": { status: 200, body: { items: fleet.ids.flatMap((id) => fleet.snapshot(id) ?? []) } },
    "/commands": { status: 200, body: { items: [], nextCursor: null, total: 0 } },
    "/command-kinds": { status: 200, body: { items: [], nextCursor: null, total: 0 } },
    "/video/streams": { status: 200, body: { items: [] } },
    "/video/walls": { status: 200, body: { items: [], nextCursor: null, total: 0 } },
    "/video/session": { status: 200, body: { expiresAt: new Date(Date.now() + 300_000).toISOString() } },
    "/jobs": { status: 200, body: fakeJobs(Date.now()) },
    "/jobs/rollup/run": { status: 200, body: { state: "queued" } },
    "/points": { status: 200, body: { items: fakePoints() } },
    "/sites": { status: 200, body: { items, nextCursor: null, total: items.length } },
    "/rounds": { status: 200, body: { items: [fakeRound(fleet, fleet.ids.length - 2)] } },
    "/status": {
      status: 200,
      body: {
        isEvaluation: true,
        version: "0.1.0",
        organisation: "Example Mining",
        timeZone: "Asia/Dubai",
        pollIntervalS: fleet.intervalS,
        editor: "on",
        selfAlarms,
      },
    },
  };
  return answers[path] ?? NOT_FOUND;
}

function siteAnswer(fleet: FakeFleet, id: string, part: string, url: URL): Answer {
  const snapshot = fleet.snapshot(id);
  const summary = fleet.summaries().find((site) => site.id === id);
  if (!snapshot || !summary) return { status: 404, body: { code: "site.not-found" } };
  switch (part) {
    case "":
      return { status: 200, body: summary };
    case "snapshot":
      return { status: 200, body: snapshot };
    case "watch":
      return { status: 204 };
    case "reply": {
      const params = { note: "<script>alert(1)</script>", supply_liquid_temp: 35.1 };
      const replies = { coolerState: { ok: true, method: "coolerState", params } };
      return { status: 200, body: { siteId: id, slot: snapshot.slot, collectedAt: snapshot.collectedAt, replies } };
    }
    case "locks":
      return { status: 200, body: { items: [], nextCursor: null, total: 0 } };
    case "history":
      return { status: 200, body: fakeHistory(fleet, id, url) };
    case "history/sisters":
      return { status: 200, body: fakeSisters(fleet, id, url) };
    default:
      return NOT_FOUND;
  }
}

let failures = 0;

const METHODS: Answer = {
  status: 200,
  body: {
    password: true,
    oidc: { label: "Example SSO" },
    notice: {
      "zh-CN": "仅限授权人员使用，操作会被记录。\n值班电话：0571-0000-0000",
      en: "For authorised people only; what is done here is recorded.\nOn duty: 0571-0000-0000",
    },
    passwordMinLength: 12,
  },
};

async function readJson(request: IncomingMessage): Promise<Record<string, string>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>);
}

/**
 * Password "right" lets in; the fourth wrong one in a row is throttled. `wang.fang` has to replace the password first,
 * `li.wei` has a second factor with the code 123456, `zhao.lei` has to set one up.
 */
function answerLogin(request: IncomingMessage, response: ServerResponse): void {
  void readJson(request).then(({ username, password, code }) => {
    failures = password === "right" ? 0 : failures + 1;
    if (failures > 3) {
      send(response, { status: 429, body: { code: "auth.too-many-attempts" }, headers: { "retry-after": "3" } });
    } else if (failures > 0) send(response, { status: 401, body: { code: "auth.bad-credentials" } });
    else if (username === "li.wei" && code === undefined) {
      send(response, { status: 401, body: { code: "auth.code-required" } });
    } else if (username === "li.wei" && code !== "123456") {
      send(response, { status: 401, body: { code: "auth.bad-code" } });
    } else {
      const own = { mustChangePassword: username === "wang.fang", mustSetUpTotp: username === "zhao.lei" };
      const headers = { "set-cookie": `${COOKIE}; Path=/; HttpOnly` };
      send(response, { status: 200, body: granted(own), headers });
    }
  });
}

const isSignedIn = ({ headers }: IncomingMessage): boolean => headers.cookie?.includes(COOKIE) === true;
const redirectTo = (location: string): Answer => ({ status: 302, headers: { location } });

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

function sendFile(response: ServerResponse, folder: string, name: string): void {
  const path = join(folder, normalize(`/${name}`));
  if (!existsSync(path) || !statSync(path).isFile()) {
    send(response, NOT_FOUND);
    return;
  }
  response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
  createReadStream(path).pipe(response);
}
