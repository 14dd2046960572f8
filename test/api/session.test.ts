import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { isAllowed, PERMISSIONS, type Permission } from "../../domain/access/permissions.ts";
import { cookiesOf } from "../services/cookies-of.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";
import { addAccounts, PASSWORD } from "./test-database.ts";

let api: ApiUnderTest;
let offsetMs = 0;
const clock = () => Date.now() + offsetMs;

beforeAll(async () => {
  api = await startApi({ sites: [aSite(1)], clock });
});
beforeEach(async () => {
  await api.database.query("delete from user_account");
  await addAccounts(api.database);
  // Longer than the memory of the throttle.
  offsetMs += 3_600_000;
});
afterAll(() => api.close());

type Granted = {
  accessToken: string;
  expiresIn: number;
  user: { username: string; role: string; permissions: string[] };
};

async function signIn(username = "operator", password = PASSWORD) {
  const answer = await api.call("/api/v1/auth/login", { method: "POST", body: { username, password } });
  const setCookies = answer.headers.getSetCookie();
  const cookie = cookiesOf(answer);
  return { ...answer, setCookies, cookie, granted: answer.json as Granted };
}

const me = (cookie: string) => api.call("/api/v1/auth/me", { cookie });
const refresh = (cookie: string) => api.call("/api/v1/auth/refresh", { method: "POST", cookie });

test("a sign-in answers a token and sets two cookies that scripts cannot read", async () => {
  const { status, granted, setCookies, cookie, text } = await signIn();
  expect(status).toBe(200);
  expect(granted).toMatchObject({ expiresIn: 600, user: { username: "operator", role: "operator" } });
  expect(setCookies).toEqual([
    expect.stringMatching(/^antbox_access=ey[\w.-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Strict$/),
    expect.stringMatching(/^antbox_refresh=[\w-]{86}; Path=\/api\/v1\/auth; Max-Age=43200; HttpOnly; SameSite=Strict$/),
  ]);
  expect(text).not.toContain(cookie.split("antbox_refresh=")[1]);
  expect((await me(cookie)).json).toEqual(granted.user);
  expect(granted.user).toEqual({
    username: "operator",
    role: "operator",
    scope: null,
    mustChangePassword: false,
    mustSetUpTotp: false,
    hasTotp: false,
    isExternal: false,
    permissions: (Object.keys(PERMISSIONS) as Permission[]).filter((permission) => isAllowed("operator", permission)),
  });
});

test("a browser gets the token in a cookie that no script can read, and nowhere else", async () => {
  for (const headers of [{ origin: api.origin }, { "sec-fetch-site": "same-origin" }]) {
    const body = { username: "operator", password: PASSWORD };
    const answer = await api.call("/api/v1/auth/login", { method: "POST", body, headers });
    const [access = "", renewal = ""] = answer.headers.getSetCookie().map((one) => one.split(/[=;]/)[1]);
    expect(answer.json).toMatchObject({ accessToken: null, expiresIn: 600 });
    expect((await me(cookiesOf(answer))).status).toBe(200);
    for (const secret of [access, renewal]) expect(answer.text).not.toContain(secret);
    const renewed = await api.call("/api/v1/auth/refresh", { method: "POST", cookie: cookiesOf(answer), headers });
    expect(renewed.json).toMatchObject({ accessToken: null });
  }
});

test("a new sign-in in the same browser ends the session that it had, of whomever", async () => {
  const first = await signIn("operator");
  const body = { username: "viewer", password: PASSWORD };
  const second = await api.call("/api/v1/auth/login", { method: "POST", body, cookie: first.cookie });
  expect(cookiesOf(second)).not.toBe(first.cookie);
  expect((await me(first.cookie)).status).toBe(401);
  expect((await refresh(first.cookie)).status).toBe(401);
  expect((await me(cookiesOf(second))).json).toMatchObject({ username: "viewer" });
  const rows = await api.database.query("select ended_reason from session order by created_at");
  expect(rows).toEqual([{ ended_reason: "replaced" }, { ended_reason: null }]);
});

test("neither a refused sign-in nor one in another browser ends it", async () => {
  const { cookie } = await signIn("operator");
  const body = { username: "operator", password: "wrong" };
  expect((await api.call("/api/v1/auth/login", { method: "POST", body, cookie })).status).toBe(401);
  await signIn("operator");
  expect((await me(cookie)).status).toBe(200);
});

test("with https the cookies are bound to the host and to TLS, and HSTS is on", async () => {
  const secure = await startApi({ sites: [aSite(1)], publicUrl: "https://antbox.example" });
  try {
    const { headers } = await secure.call("/api/v1/auth/login", {
      method: "POST",
      body: { username: "viewer", password: PASSWORD },
    });
    const [access, renewal] = headers.getSetCookie();
    expect(access).toMatch(/^__Host-antbox_access=.*; Path=\/;.*; Secure$/);
    expect(renewal).toMatch(/^__Host-antbox_refresh=.*; Path=\/;.*; Secure$/);
    expect(headers.get("strict-transport-security")).toMatch(/max-age=31536000/);
  } finally {
    await secure.close();
  }
});

test("wrong password, unknown and disabled account get the same answer", async () => {
  await api.database.query("update user_account set disabled = true where username = 'viewer'");
  const answers = [await signIn("admin", "wrong"), await signIn("nobody", "wrong"), await signIn("viewer")];
  const [first] = answers;
  for (const { status, text } of answers) expect([status, text]).toEqual([401, first?.text]);
});

test("after five wrong passwords the next try must wait, also the right one; another account need not", async () => {
  for (let i = 0; i < 5; i += 1) expect((await signIn("admin", "wrong")).status).toBe(401);
  const blocked = await signIn("admin");
  expect(blocked.json).toMatchObject({ code: "auth.too-many-attempts" });
  expect(Number(blocked.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await signIn("operator")).status).toBe(200);
  offsetMs += 61_000;
  expect((await signIn("admin")).status).toBe(200);
});

test("a client cannot wipe its failures by naming another address in X-Forwarded-For", async () => {
  const headers = (n: number) => ({ "x-forwarded-for": `203.0.113.${n}` });
  for (let n = 0; n < 5; n += 1) await wrongPassword(api, headers(n));
  expect((await wrongPassword(api, headers(9))).json).toMatchObject({ code: "auth.too-many-attempts" });
});

test("behind a trusted proxy each client is throttled by its own address, whatever it puts before it", async () => {
  const proxied = await startApi({ sites: [aSite(1)], clock, trustedProxies: ["127.0.0.0/8"] });
  try {
    const from = (client: string, n = 0) => ({ "x-forwarded-for": `198.51.100.${n}, ${client}` });
    for (let n = 0; n < 5; n += 1) await wrongPassword(proxied, from("203.0.113.1", n));
    expect((await wrongPassword(proxied, from("203.0.113.1"))).json).toMatchObject({ code: "auth.too-many-attempts" });
    expect((await wrongPassword(proxied, from("203.0.113.2"))).json).toMatchObject({ code: "auth.bad-credentials" });
  } finally {
    await proxied.close();
  }
});

function wrongPassword(target: ApiUnderTest, headers: Record<string, string>) {
  const body = { username: "admin", password: "wrong" };
  return target.call("/api/v1/auth/login", { method: "POST", body, headers });
}

test("the access token ends after ten minutes, and the refresh cookie gives a new one", async () => {
  const { cookie, granted } = await signIn();
  offsetMs += 601_000;
  expect((await me(cookie)).status).toBe(401);
  const renewed = await refresh(cookie);
  expect(renewed.status).toBe(200);
  expect((renewed.json as Granted).accessToken).not.toBe(granted.accessToken);
  const access = renewed.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  expect((await me(access)).status).toBe(200);
});

test("a session that was idle for twelve hours is over; one that renews goes on", async () => {
  const { cookie } = await signIn();
  offsetMs += 11 * 3_600_000;
  const second = await refresh(cookie);
  expect(second.status).toBe(200);
  offsetMs += 11 * 3_600_000;
  const third = await refresh(cookiesOf(second));
  expect(third.status).toBe(200);
  offsetMs += 12 * 3_600_000 + 1_000;
  expect((await refresh(cookiesOf(third))).status).toBe(401);
});

test("a session ends after thirty days, however often it renews", async () => {
  const { cookie } = await signIn();
  await api.database.query("update session set created_at = created_at - interval '719 hours'");
  const last = await refresh(cookie);
  expect(last.status).toBe(200);
  offsetMs += 3_601_000;
  expect((await refresh(cookiesOf(last))).status).toBe(401);
});

test("refresh needs a cookie that belongs to a session", async () => {
  expect((await refresh("")).status).toBe(401);
  expect((await refresh(`antbox_refresh=${"A".repeat(43)}`)).status).toBe(401);
  expect((await refresh(`antbox_refresh=${"A".repeat(86)}`)).status).toBe(401);
});

test("only hashes of refresh tokens are stored", async () => {
  const { cookie } = await signIn();
  const secret = cookie.split("antbox_refresh=")[1] ?? "missing";
  const bytes = Buffer.from(secret, "base64url");
  const [row] = await api.database.query("select session::text as all_of_it from session");
  const stored = String(row?.["all_of_it"]);
  expect(stored).toContain(createHash("sha256").update(bytes).digest("hex"));
  for (const form of [secret, bytes.toString("hex"), bytes.subarray(16, 48).toString("hex")]) {
    expect(stored).not.toContain(form);
  }
});

test("sign-out ends the session at once, for the token too, and clears the cookies", async () => {
  const { cookie, granted } = await signIn();
  const out = await api.call("/api/v1/auth/logout", { method: "POST", cookie });
  expect(out.status).toBe(204);
  expect(out.headers.getSetCookie().map((one) => one.split(";")[2])).toEqual([" Max-Age=0", " Max-Age=0"]);
  expect((await me(cookie)).status).toBe(401);
  const bearer = await api.call("/api/v1/auth/me", { headers: { authorization: `Bearer ${granted.accessToken}` } });
  expect(bearer.status).toBe(401);
  expect((await refresh(cookie)).status).toBe(401);
});

test("a cookie of a browser does not write for another page, but reads nothing less", async () => {
  const { cookie } = await signIn();
  const watch = (headers: Record<string, string>) =>
    api.call("/api/v1/sites/site-001/watch", { method: "POST", cookie, headers, body: { forS: 60 } });
  expect((await watch({ origin: api.origin })).status).toBe(204);
  expect((await watch({ origin: api.origin.replace("127.0.0.1", "localhost") })).status).toBe(204);
  expect((await watch({ origin: "null" })).status).toBe(403);
  expect((await watch({ origin: `${api.origin}.evil.example` })).status).toBe(403);
  expect((await watch({ "sec-fetch-site": "cross-site" })).status).toBe(403);
});

test("another scheme of authorisation leaves the cookie alone; a wrong bearer token does not", async () => {
  const { cookie } = await signIn();
  const ask = (authorization: string) => api.call("/api/v1/auth/me", { cookie, headers: { authorization } });
  expect((await ask("Basic cHJveHk6c2VjcmV0")).status).toBe(200);
  expect((await ask("Bearer wrong")).status).toBe(401);
});

/** Opens the live stream, and says when and how it was closed. */
async function openLive(token: string) {
  const socket = new WebSocket(`${api.url.replace("http", "ws")}/api/v1/live`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const closed = new Promise<{ code: number; atMs: number }>((resolve) => {
    socket.on("close", (code) => resolve({ code, atMs: performance.now() }));
  });
  const framed = new Promise<void>((resolve) => socket.once("message", () => resolve()));
  await new Promise((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
  });
  socket.send(JSON.stringify({ type: "subscribe", view: "overview" }));
  await framed;
  return { closed };
}

test.for([
  {
    name: "the account is disabled",
    sql: "update user_account set disabled = true where username = 'operator'",
    rest: 401,
  },
  {
    name: "the role is lowered",
    sql: "update user_account set role = 'viewer' where username = 'operator'",
    rest: 403,
  },
  { name: "the session is revoked elsewhere", sql: "update session set revoked_at = created_at", rest: 401 },
  { name: "the account is deleted", sql: "delete from user_account where username = 'operator'", rest: 401 },
])("when $name, REST and sockets know within two seconds", async ({ sql, rest }) => {
  const { granted } = await signIn();
  const { closed } = await openLive(granted.accessToken);
  const reply = () =>
    api.call("/api/v1/sites/site-001/watch", {
      method: "POST",
      headers: { authorization: `Bearer ${granted.accessToken}` },
      body: { forS: 60 },
    });
  expect((await reply()).status).toBe(204);
  await api.database.query(sql);
  await expect.poll(async () => (await reply()).status, { timeout: 10_000, interval: 50 }).toBe(rest);
  expect((await closed).code).toBe(4401);
});

test("sign-out closes the session's sockets, and no others", async () => {
  const [mine, other] = [await signIn(), await signIn()];
  const { closed } = await openLive(mine.granted.accessToken);
  let isOtherOpen = true;
  const otherLive = await openLive(other.granted.accessToken);
  void otherLive.closed.then(() => {
    isOtherOpen = false;
  });
  await api.call("/api/v1/auth/logout", { method: "POST", cookie: mine.cookie });
  expect((await closed).code).toBe(4401);
  expect(isOtherOpen).toBe(true);
});

test("a socket outlives its token while the browser renews, and is closed when it stops", async () => {
  const { cookie, granted } = await signIn();
  const { closed } = await openLive(granted.accessToken);
  let isOpen = true;
  void closed.then(() => {
    isOpen = false;
  });
  offsetMs += 590_000;
  expect((await refresh(cookie)).status).toBe(200);
  offsetMs += 590_000;
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(isOpen).toBe(true);
  offsetMs += 120_000;
  expect((await closed).code).toBe(4401);
});

test("while the database is away, sessions go on and renew, with the same refresh token; nobody can sign in", async () => {
  const { cookie } = await signIn();
  const { closed } = await openLive((await signIn("viewer")).granted.accessToken);
  let isOpen = true;
  void closed.then(() => {
    isOpen = false;
  });
  await api.loseDatabase();
  offsetMs += 900_000;
  expect((await me(cookie)).status).toBe(401);
  const renewed = await refresh(cookie);
  expect(renewed.status).toBe(200);
  expect((await me(renewed.headers.getSetCookie()[0]?.split(";")[0] ?? "")).status).toBe(200);
  expect(cookiesOf(renewed).split("antbox_refresh=")[1]).toBe(cookie.split("antbox_refresh=")[1]);
  expect((await refresh(cookie)).status).toBe(200);
  const late = await signIn();
  expect([late.status, late.json]).toEqual([503, expect.objectContaining({ code: "storage.unavailable" })]);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(isOpen).toBe(true);
});
