import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import tls from "node:tls";
import type { Browser } from "playwright-core";
import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { makeCertificate } from "../services/certificates.ts";
import { CLIENT, startIdentityProvider, type TestProvider } from "../services/identity-provider.ts";
import { ADMIN_PASSWORD, type Fleet, type PlatformProcess, startFleet } from "../services/start-platform.ts";
import { launchBrowser, noBrowser, openPage } from "./browser.ts";
import { startWatchedPlatform } from "./watched-platform.ts";

const folder = mkdtempSync(path.join(tmpdir(), "antbox-transport-"));
let fleet: Fleet;
let platform: PlatformProcess;
let provider: TestProvider;
let cookie: string;

/** Own TLS and an identity provider: what a browser and a stranger see of the whole. */
beforeAll(async () => {
  const { certFile, keyFile } = makeCertificate(folder, "platform");
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), readFileSync(certFile, "utf8")]);
  provider = await startIdentityProvider(true);
  fleet = await startFleet(5, ["--seed", "7"]);
  platform = await startWatchedPlatform({
    sitesFile: fleet.sitesFile,
    databaseUrl: null,
    environment: {
      TLS_CERT_FILE: certFile,
      TLS_KEY_FILE: keyFile,
      POLL_INTERVAL_S: "5",
      EDITOR: "on",
      LOG_LEVEL: "warn",
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
      OIDC_ROLE_MAP: "shift=operator",
    },
  });
  await platform.ready();
  // A busy machine starts with a loop that stands still for seconds, and that is what health says then.
  const isWell = async () => expect((await fetch(`${platform.url}/healthz`)).status).toBe(200);
  await vi.waitFor(isWell, { timeout: 30_000, interval: 250 });
  await provider.serve(`${platform.url}/api/v1/auth/oidc/callback`);
  cookie = await platform.signIn();
}, 180_000);
afterAll(async () => {
  await platform?.dispose();
  await Promise.all([fleet?.stop(), provider?.stop()]);
  rmSync(folder, { recursive: true });
});

const EVERYWHERE = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "permissions-policy": expect.stringContaining("camera=()"),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "strict-transport-security": expect.stringContaining("max-age=31536000"),
};
const NOTHING = "default-src 'none'; frame-ancestors 'none'";
const OWN = expect.stringMatching(/script-src 'self'; style-src 'self'; .*base-uri 'none'; frame-ancestors 'none'$/);
const DASHBOARD = expect.stringMatching(
  /script-src 'self'; style-src 'self' 'unsafe-inline'; .*base-uri 'none'; frame-ancestors 'none'$/,
);
const EDITOR = expect.stringMatching(/script-src 'self' 'unsafe-inline'; .*base-uri 'none'; frame-ancestors 'none'$/);
const NEVER_KEPT = "no-store";
const ASKED_EACH_TIME = expect.stringMatching(/no-cache/);
const ANY = expect.anything();

type Kind = {
  readonly of: string;
  readonly path: string | (() => Promise<string>);
  readonly status: number;
  readonly policy: unknown;
  readonly cache: unknown;
  readonly isAnonymous?: boolean;
  readonly headers?: Record<string, string>;
  readonly method?: string;
};
/** Every kind of answer there is, with what a browser may do with it and whether it may keep it. */
const KINDS: readonly Kind[] = [
  { of: "JSON of the API", path: "/api/v1/points", status: 200, policy: NOTHING, cache: ANY },
  { of: "JSON that was not kept", path: "/api/v1/auth/me", status: 200, policy: NOTHING, cache: NEVER_KEPT },
  { of: "a refusal", path: "/api/v1/auth/me", status: 401, policy: NOTHING, cache: NEVER_KEPT, isAnonymous: true },
  { of: "an unknown address of the API", path: "/api/v1/none", status: 404, policy: NOTHING, cache: NEVER_KEPT },
  { of: "a wrong method", path: "/api/v1/points", method: "POST", status: 405, policy: NOTHING, cache: NEVER_KEPT },
  { of: "a download", path: "/api/v1/export?points=supply_temp_c", status: 200, policy: NOTHING, cache: NEVER_KEPT },
  { of: "the audit trail as a table", path: "/api/v1/audit/export", status: 200, policy: NOTHING, cache: NEVER_KEPT },
  {
    of: "the audit trail as lines",
    path: "/api/v1/audit/export?format=json",
    status: 200,
    policy: NOTHING,
    cache: NEVER_KEPT,
  },
  { of: "the inventory", path: "/api/v1/sites/export", status: 200, policy: NOTHING, cache: NEVER_KEPT },
  { of: "the API's document", path: "/openapi.json", status: 200, policy: ANY, cache: ANY },
  { of: "a sheet of the reference", path: "/docs/style.css", status: 200, policy: ANY, cache: ANY },
  { of: "a script of the login", path: () => loginScript(), status: 200, policy: ANY, cache: ANY, isAnonymous: true },
  { of: "metrics", path: "/metrics", status: 200, policy: NOTHING, cache: NEVER_KEPT },
  { of: "health", path: "/healthz", status: 200, policy: NOTHING, cache: NEVER_KEPT, isAnonymous: true },
  { of: "the reference page", path: "/docs", status: 200, policy: OWN, cache: ASKED_EACH_TIME },
  { of: "the login page", path: "/login", status: 200, policy: OWN, cache: ASKED_EACH_TIME, isAnonymous: true },
  { of: "a redirect of a page", path: "/docs", status: 302, policy: ANY, cache: NEVER_KEPT, isAnonymous: true },
  { of: "a redirect home", path: "/", status: 302, policy: ANY, cache: NEVER_KEPT },
  { of: "the way to the provider", path: "/api/v1/auth/oidc/start", status: 302, policy: ANY, cache: NEVER_KEPT },
  { of: "a Dashboard page", path: "/dashboard/overview", status: 200, policy: DASHBOARD, cache: NEVER_KEPT },
  { of: "Dashboard's set-up", path: "/dashboard/_setup", status: 200, policy: DASHBOARD, cache: ASKED_EACH_TIME },
  { of: "a file of the Dashboard", path: () => scriptOf("/dashboard/overview"), status: 200, policy: ANY, cache: ANY },
  {
    of: "a Dashboard page without a session",
    path: "/dashboard/overview",
    status: 302,
    policy: ANY,
    cache: ANY,
    isAnonymous: true,
  },
  {
    of: "a widget",
    path: "/editor/resources/antbox-flow/ui-fleet-overview.js",
    status: 200,
    policy: EDITOR,
    cache: ANY,
  },
  { of: "the editor", path: "/editor/", status: 200, policy: EDITOR, cache: ASKED_EACH_TIME },
  { of: "the editor's API", path: "/editor/flows", status: 200, policy: EDITOR, cache: ANY },
  {
    of: "the editor without a session",
    path: "/editor/flows",
    status: 401,
    policy: EDITOR,
    cache: ASKED_EACH_TIME,
    isAnonymous: true,
  },
  { of: "an address of nobody", path: "/none", status: 404, policy: ANY, cache: ASKED_EACH_TIME },
  {
    of: "a socket's polling",
    path: "/dashboard/socket.io/?EIO=4&transport=polling",
    status: 200,
    policy: undefined,
    cache: ANY,
  },
];

async function scriptOf(page: string): Promise<string> {
  const html = await (await fetch(platform.url + page, { headers: { cookie } })).text();
  return `/dashboard/${/assets\/index-[\w-]+\.js/.exec(html)?.[0]}`;
}

async function loginScript(): Promise<string> {
  const html = await (await fetch(`${platform.url}/login`)).text();
  return /\/login\/[\w./-]+\.js/.exec(html)?.[0] ?? "/none";
}

const isJson = (text: string): boolean => {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
};

/** A type that says what the body is, with its character set where the type leaves that open (ASVS 4.1.1). */
function expectFittingType(type: string | undefined, text: string): void {
  if (text === "") return;
  expect(type).toBeDefined();
  const [kind = "", ...parameters] = (type ?? "").toLowerCase().split(/\s*;\s*/);
  if (/^text\/|xml$/.test(kind)) expect(parameters, type).toContain("charset=utf-8");
  else for (const set of parameters.filter((one) => one.startsWith("charset="))) expect(set).toBe("charset=utf-8");
  expect(/[/+]json$/.test(kind), `JSON as ${type}`).toBe(isJson(text));
  expect(kind === "text/html", `HTML as ${type}`).toBe(/^\s*<(!doctype|html|p>)/i.test(text));
}

test.for(KINDS)("$of says what a browser may do with it", async (kind) => {
  const { status, policy, cache, isAnonymous = false, method = "GET" } = kind;
  const at = typeof kind.path === "string" ? kind.path : await kind.path();
  const headers = { ...(isAnonymous ? {} : { cookie }), origin: platform.url, ...kind.headers };
  const response = await fetch(platform.url + at, { method, redirect: "manual", headers });
  const text = await response.text();
  const given = Object.fromEntries(response.headers);
  expect(response.status).toBe(status);
  expectFittingType(given["content-type"], text);
  expect(given).toMatchObject(EVERYWHERE);
  expect(given).not.toHaveProperty("x-powered-by");
  if (policy !== undefined) expect(given["content-security-policy"]).toEqual(policy);
  if (cache !== ANY) expect(given["cache-control"]).toEqual(cache);
});

const HIDDEN_FILES = [
  ".git/HEAD",
  ".git/config",
  ".git/index",
  ".svn/entries",
  ".hg/hgrc",
  ".env",
  ".npmrc",
  "package.json",
  "dist/server.js",
];
const PLACES = [
  "/",
  "/login/",
  "/docs/",
  "/api/v1/",
  "/dashboard/",
  "/dashboard/assets/",
  "/editor/",
  "/editor/resources/antbox-flow/",
];
const UPWARDS = ["", "../", "../../", "../../../", "%2e%2e/", "%2e%2e/%2e%2e/", "..%2f..%2f", "..%5c..%5c"];

/** As it is written: `fetch` takes the steps upwards out of an address. */
function getRaw(at: string): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(platform.url);
  return new Promise((resolve, reject) => {
    const request = https.get({ hostname, port, path: at, headers: { cookie } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on("error", reject);
  });
}

/** Some hundred requests in a row are more than one person may send. */
async function getPatiently(at: string): ReturnType<typeof getRaw> {
  for (;;) {
    const answer = await getRaw(at);
    if (answer.status !== 429) return answer;
    await sleep(250);
  }
}

test("nothing of the repository is served, to an administrator and by whatever way", { timeout: 120_000 }, async () => {
  const marks = /ref: refs\/heads|repositoryformatversion|^DIRC|"name": "antbox-flow"|ignore-scripts/;
  // They are there to be found, where this runs from a checkout.
  expect(marks.test(readFileSync("package.json", "utf8"))).toBe(true);
  const found: string[] = [];
  let tried = 0;
  for (const place of PLACES) {
    for (const file of HIDDEN_FILES) {
      for (const up of UPWARDS) {
        const { status, text } = await getPatiently(place + up + file);
        tried += 1;
        if (marks.test(text) || (status === 200 && !/<!doctype html/i.test(text))) found.push(place + up + file);
      }
    }
  }
  expect(found).toEqual([]);
  expect(tried).toBe(PLACES.length * HIDDEN_FILES.length * UPWARDS.length);
});

test("the live sockets are WSS, and open", async () => {
  const socket = io(platform.url, {
    path: "/dashboard/socket.io",
    transports: ["websocket"],
    extraHeaders: { cookie, origin: platform.url },
    reconnection: false,
  });
  const outcome = new Promise((resolve) => {
    socket.on("connect", () => resolve("open"));
    socket.on("connect_error", (error) => resolve(error.message));
  });
  expect(await outcome).toBe("open");
  socket.disconnect();
});

test("the session cookies are Secure, and bound to this host", async () => {
  const response = await fetch(`${platform.url}/api/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: platform.url },
    body: JSON.stringify({ username: "admin", password: ADMIN_PASSWORD }),
  });
  const [access, refresh] = response.headers.getSetCookie();
  expect(access).toMatch(/^__Host-antbox_access=.*; Path=\/; .*HttpOnly; SameSite=Strict; Secure$/);
  expect(refresh).toMatch(/^__Host-antbox_refresh=.*; Path=\/; .*HttpOnly; SameSite=Strict; Secure$/);
});

describe.skipIf(noBrowser !== null)("in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  test("a sign-in with a provider on another site ends on the page that was asked for", async () => {
    provider.people.set("s-olga", { preferred_username: "olga", roles: ["shift"] });
    provider.who = "s-olga";
    const { page, problems } = await openPage(browser, { ignoreHTTPSErrors: true });
    await page.goto(`${platform.url}/dashboard/overview`);
    // The button on the login page is this link; the provider stands on another site, as it does in a plant.
    await page.evaluate(() => location.assign("/api/v1/auth/oidc/start?next=%2Fdashboard%2Foverview"));
    await page.locator(".abx-tile").first().waitFor({ timeout: 30_000 });
    expect(new URL(page.url()).pathname).toBe("/dashboard/overview");
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("somebody without a role is told so by the login page", async () => {
    provider.people.set("s-guest", { preferred_username: "guest", roles: ["office"] });
    provider.who = "s-guest";
    const { page } = await openPage(browser, { ignoreHTTPSErrors: true });
    await page.goto(`${platform.url}/api/v1/auth/oidc/start?next=%2Fdashboard%2Foverview`);
    expect(page.url()).toBe(`${platform.url}/login?problem=oidc-no-role&next=%2Fdashboard%2Foverview`);
    await page.context().close();
  });

  test("the flow editor works under its policy: flows, a node's form, the code editor", async () => {
    const { page, problems } = await openPage(browser, { ignoreHTTPSErrors: true });
    const cookies = cookie.split("; ").map((pair) => ({
      name: pair.slice(0, pair.indexOf("=")),
      value: pair.slice(pair.indexOf("=") + 1),
      ...{ url: platform.url, secure: true, httpOnly: true, sameSite: "Strict" as const },
    }));
    await page.context().addCookies(cookies);
    await page.goto(`${platform.url}/editor/`);
    await page.locator(".red-ui-flow-node").first().waitFor({ timeout: 60_000 });
    // Nodes are drawn before the editor has read all that a form needs.
    await page.locator("#red-ui-loading-progress").waitFor({ state: "hidden", timeout: 60_000 });
    // A function node has the code editor in its form.
    await page.evaluate(() => {
      const { view, nodes } = (globalThis as unknown as { RED: EditorGlobals }).RED;
      view.importNodes(
        [
          {
            id: "csp-test",
            type: "function",
            z: nodes.getWorkspaceOrder()[0],
            x: 200,
            y: 200,
            wires: [[]],
            func: "return msg;",
          },
        ],
        { generateIds: true, touchImport: true },
      );
      const added = nodes.filterNodes({ type: "function" })[0];
      (globalThis as unknown as { RED: EditorGlobals }).RED.editor.edit(added);
    });
    await page.locator(".red-ui-tray .monaco-editor .view-lines:visible").first().waitFor({ timeout: 30_000 });
    await page.keyboard.type("const answer = 42;\n");
    expect(problems).toEqual([]);
    await page.context().close();
  }, 120_000);
});

type EditorGlobals = {
  readonly view: { importNodes(nodes: object[], options: object): void };
  readonly nodes: { getWorkspaceOrder(): string[]; filterNodes(filter: object): object[] };
  readonly editor: { edit(node: object | undefined): void };
};
