import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { OidcSettings } from "../../adapters/security/oidc-settings.ts";
import { createSecretBox } from "../../adapters/security/secret-box.ts";
import { type CookieBrowser, createCookieBrowser } from "../services/cookie-browser.ts";
import { cookiesOf } from "../services/cookies-of.ts";
import { CLIENT, startIdentityProvider, type TestProvider } from "../services/identity-provider.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";

const CALLBACK = "/api/v1/auth/oidc/callback";
const COOKIE = { table: "cookie", row: "oidc", column: "sign-in" };
const box = createSecretBox(randomBytes(32), null);

let provider: TestProvider;
let api: ApiUnderTest;
let browser: CookieBrowser;

const settingsFor = (issuer: string): OidcSettings => ({
  issuer,
  clientId: CLIENT.id,
  clientSecret: CLIENT.secret,
  label: "Plant sign-in",
  scopes: "openid profile email",
  rules: {
    roleClaim: "realm_access.roles",
    roleMap: new Map([
      ["antbox-admins", "admin"],
      ["antbox-shift", "operator"],
    ]),
    scopeMap: new Map([
      ["antbox-admins", null],
      ["north", { regions: ["north"], zones: [], sites: [] }],
    ]),
  },
});
const shift = (name: string, ...more: string[]) => ({
  preferred_username: name,
  email: `${name}@plant.example`,
  realm_access: { roles: ["antbox-shift", ...more] },
});

beforeAll(async () => {
  provider = await startIdentityProvider(false);
  api = await startApi({ sites: [aSite(1)], oidc: { settings: settingsFor(provider.issuer), box } });
  await provider.serve(api.url + CALLBACK);
});
afterAll(async () => {
  await api.close();
  await provider.stop();
});
beforeEach(() => {
  browser = createCookieBrowser();
});

const start = (next = "/dashboard/trends?site=site-001") =>
  `${api.url}/api/v1/auth/oidc/start?next=${encodeURIComponent(next)}`;
/** From the button to the address that the provider leads back to, which is not opened yet. */
const comeBack = () => browser.follow(start(), api.url + CALLBACK);

async function signIn(who: string | null): Promise<Response> {
  provider.who = who;
  return browser.get(await comeBack());
}

const problemOf = (response: Response) => {
  const location = new URL(response.headers.get("location") ?? "/none", api.url);
  return [response.status, location.pathname, location.searchParams.get("problem")];
};
const isSignedIn = () => browser.cookieHeader(api.url).includes("antbox_access=");

async function me() {
  const { json, status } = await api.call("/api/v1/auth/me", { cookie: browser.cookieHeader(api.url) });
  return { status, ...(json as Record<string, unknown>) };
}
const accounts = (name: string) =>
  api.database.query("select username, role, is_external from user_account where username like $1 order by 1", [
    `${name}%`,
  ]);
/** A refused attempt is written down a moment later. */
const expectLastSignIn = (expected: object) =>
  expect
    .poll(async () => {
      const [row] = await api.database.query(
        "select actor, outcome, detail::jsonb as detail from audit.entry where action = 'session:sign-in' order by seq desc limit 1",
      );
      return row;
    })
    .toMatchObject(expected);

test("the login page learns that there is a provider, and nothing of it but its label", async () => {
  const { json } = await api.call("/api/v1/auth/methods");
  expect(json).toEqual({ password: true, oidc: { label: "Plant sign-in" }, notice: null, passwordMinLength: 12 });
});

describe("a good sign-in", () => {
  test("asks for a code with PKCE, state and nonce, and says nothing of them in the cookie", async () => {
    const response = await browser.get(start());
    const url = new URL(response.headers.get("location") ?? "");
    expect(url.origin).toBe(provider.issuer);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: CLIENT.id,
      response_type: "code",
      redirect_uri: api.url + CALLBACK,
      code_challenge_method: "S256",
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    const [cookie = ""] = response.headers.getSetCookie();
    expect(cookie).toMatch(/^antbox_oidc=v1\..*; Max-Age=600; Path=\/api\/v1\/auth\/oidc; HttpOnly; SameSite=Lax$/);
    expect(cookie).not.toContain(url.searchParams.get("state"));
  });

  test("opens a session with the role and the sites of the claims, and goes on to where the person wanted to go", async () => {
    provider.people.set("s-olga", shift("olga", "north"));
    const response = await signIn("s-olga");
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('url=/dashboard/trends?site=site-001"');
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await me()).toMatchObject({
      status: 200,
      username: "olga",
      role: "operator",
      scope: { regions: ["north"], zones: [], sites: [] },
    });
    expect(await accounts("olga")).toEqual([{ username: "olga", role: "operator", is_external: true }]);
    await expectLastSignIn({ actor: "olga", outcome: "done", detail: { method: "oidc" } });
  });

  test("without a mapped part of the fleet sees no site, and an administrator all of them", async () => {
    provider.people.set("s-nils", shift("nils"));
    await signIn("s-nils");
    expect(await me()).toMatchObject({ scope: { regions: [], zones: [], sites: [] } });
    provider.people.set("s-ada", { ...shift("ada"), realm_access: { roles: ["antbox-admins", "north"] } });
    browser = createCookieBrowser();
    await signIn("s-ada");
    expect(await me()).toMatchObject({ role: "admin", scope: null });
  });

  test("knows a person again by the subject, whatever they are called now, and follows a changed role", async () => {
    provider.people.set("s-eva", { ...shift("eva"), realm_access: { roles: ["antbox-admins"] } });
    await signIn("s-eva");
    provider.people.set("s-eva", shift("eva-married", "north"));
    browser = createCookieBrowser();
    await signIn("s-eva");
    expect(await me()).toMatchObject({ username: "eva", role: "operator" });
    const changes = await api.database.query(
      "select action, detail::jsonb as detail from audit.entry where target = 'eva' and action like 'user:%' order by seq",
    );
    expect(changes).toMatchObject([
      { action: "user:create", detail: { before: null, after: { role: "admin" } } },
      { action: "user:update", detail: { before: { role: "admin" }, after: { role: "operator" } } },
    ]);
  });

  test("has no password here", async () => {
    const { status } = await api.call("/api/v1/auth/login", {
      method: "POST",
      body: { username: "olga", password: "!" },
    });
    expect(status).toBe(401);
  });
});

describe("nobody gets in", () => {
  test("without a mapped role", async () => {
    provider.people.set("s-guest", { preferred_username: "guest", realm_access: { roles: ["office"] } });
    expect(problemOf(await signIn("s-guest"))).toEqual([302, "/login", "oidc-no-role"]);
    expect(isSignedIn()).toBe(false);
    expect(await accounts("guest")).toEqual([]);
    await expectLastSignIn({ outcome: "refused", detail: { reason: "oidc-no-role" } });
  });

  test("who is disabled here", async () => {
    provider.people.set("s-max", shift("max"));
    await signIn("s-max");
    await api.database.query("update user_account set disabled = true where username = 'max'");
    browser = createCookieBrowser();
    expect(problemOf(await signIn("s-max"))).toEqual([302, "/login", "oidc-disabled"]);
    expect(isSignedIn()).toBe(false);
  });

  test("as a local account of the same name, in whatever case: they get a name of their own", async () => {
    provider.people.set("s-evil", { ...shift("Admin"), realm_access: { roles: ["antbox-shift"] } });
    await signIn("s-evil");
    expect(await me()).toMatchObject({ username: "Admin@localhost", role: "operator" });
    const [admin] = await api.database.query("select role, is_external from user_account where username = 'admin'");
    expect(admin).toEqual({ role: "admin", is_external: false });
    // A third one has no name left.
    provider.people.set("s-evil-2", shift("ADMIN"));
    browser = createCookieBrowser();
    expect(problemOf(await signIn("s-evil-2"))).toEqual([302, "/login", "oidc-name-taken"]);
  });

  test("who gives up at the provider", async () => {
    expect(problemOf(await signIn(null))).toEqual([302, "/login", "oidc-refused"]);
  });

  test("with a code that was used before", async () => {
    provider.who = "s-olga";
    const back = await comeBack();
    const cookie = browser.cookieHeader(api.url);
    expect((await browser.get(back)).status).toBe(200);
    const again = await fetch(back, { redirect: "manual", headers: { cookie } });
    expect(problemOf(again)).toEqual([302, "/login", "oidc-invalid"]);
  });

  test("by an address that somebody else has prepared", async () => {
    provider.who = "s-olga";
    const back = await comeBack();
    const victim = createCookieBrowser();
    expect(problemOf(await victim.get(back))).toEqual([302, "/login", "oidc-expired"]);
    // Also in the middle of a sign-in of their own.
    await victim.get(start());
    expect(problemOf(await victim.get(back))).toEqual([302, "/login", "oidc-expired"]);
    expect(victim.cookieHeader(api.url)).not.toContain("antbox_access");
  });

  type Pending = { state: string; nonce: string; verifier: string; endsAtMs: number; freshFromMs: number | null };
  async function withPending(change: (pending: Pending) => object): Promise<Response> {
    provider.who = "s-olga";
    const back = await comeBack();
    const sealed = /antbox_oidc=([^;]+)/.exec(browser.cookieHeader(api.url))?.[1] ?? "";
    const pending = JSON.parse(box.open(sealed, COOKIE)) as Pending;
    const cookie = `antbox_oidc=${box.seal(JSON.stringify({ ...pending, ...change(pending) }), COOKIE)}`;
    return fetch(back, { redirect: "manual", headers: { cookie } });
  }

  test("with another nonce, another verifier or another state, or too late", async () => {
    expect((await withPending(() => ({}))).status).toBe(200);
    expect(problemOf(await withPending(() => ({ nonce: "n".repeat(43) })))[2]).toBe("oidc-invalid");
    expect(problemOf(await withPending(() => ({ verifier: "v".repeat(43) })))[2]).toBe("oidc-invalid");
    expect(problemOf(await withPending(() => ({ state: "s".repeat(43) })))[2]).toBe("oidc-expired");
    expect(problemOf(await withPending(() => ({ endsAtMs: Date.now() - 1 })))[2]).toBe("oidc-expired");
  });

  test("who had to prove anew who they are, when the provider does not say that they did", async () => {
    expect(problemOf(await withPending(() => ({ freshFromMs: Date.now() })))[2]).toBe("oidc-invalid");
  });

  test("with a cookie that was changed, or sealed for something else", async () => {
    provider.who = "s-olga";
    const back = await comeBack();
    const sealed = /antbox_oidc=([^;]+)/.exec(browser.cookieHeader(api.url))?.[1] ?? "";
    const other = box.seal(box.open(sealed, COOKIE), { ...COOKIE, row: "other" });
    // In the middle: at the end some bits of a letter say nothing, and the letter may be the one that is put there.
    const middle = Math.floor(sealed.length / 2);
    const changed = sealed.slice(0, middle) + (sealed[middle] === "A" ? "B" : "A") + sealed.slice(middle + 1);
    for (const value of [changed, other, "v1.x", ""]) {
      const answer = await fetch(back, { redirect: "manual", headers: { cookie: `antbox_oidc=${value}` } });
      expect(problemOf(answer)).toEqual([302, "/login", "oidc-expired"]);
    }
  });

  test("with an answer that names another issuer", async () => {
    provider.who = "s-olga";
    const back = new URL(await comeBack());
    expect(back.searchParams.get("iss")).toBe(provider.issuer);
    back.searchParams.set("iss", "https://id.evil.example");
    expect(problemOf(await browser.get(back.href))).toEqual([302, "/login", "oidc-invalid"]);
  });
});

describe("what weighs most", () => {
  const person = { username: "", role: "viewer", password: "seven herons over the river" };
  async function addPerson(username: string): Promise<unknown[]> {
    const cookie = browser.cookieHeader(api.url);
    const body = { ...person, username };
    const { status, json } = await api.call("/api/v1/users", { method: "POST", body, cookie });
    return [status, (json as { code?: string }).code];
  }

  test("is open after a fresh sign-in at the provider, and not after one that may rest on its session", async () => {
    provider.people.set("s-ida", { ...shift("ida"), realm_access: { roles: ["antbox-admins"] } });
    await signIn("s-ida");
    expect(await addPerson("of-ida")).toEqual([403, "auth.proof-required"]);
    const proof = { method: "POST", body: { password: "!" }, cookie: browser.cookieHeader(api.url) };
    expect((await api.call("/api/v1/account/proof", proof)).json).toMatchObject({ code: "account.external" });

    const asked = await browser.get(`${start()}&fresh=true`);
    const away = new URL(asked.headers.get("location") ?? "");
    expect(Object.fromEntries(away.searchParams)).toMatchObject({ prompt: "login", max_age: "0" });
    const back = await browser.follow(away.href, api.url + CALLBACK);
    expect((await browser.get(back)).status).toBe(200);
    expect(await addPerson("of-ida")).toEqual([201, undefined]);
  });
});

describe("the session and the one at the provider", () => {
  test("a new sign-in ends the session that the browser had here", async () => {
    provider.people.set("s-jo", shift("jo"));
    await signIn("s-jo");
    const former = browser.cookieHeader(api.url);
    await signIn("s-jo");
    expect((await me()).status).toBe(200);
    expect((await api.call("/api/v1/auth/me", { cookie: former })).status).toBe(401);
  });

  /** As a person does it on the provider's own page. */
  async function signOutAtProvider(): Promise<void> {
    const page = await browser.get(`${provider.issuer}/session/end`);
    const [, xsrf = ""] = /name="xsrf" value="(\w+)"/.exec(await page.text()) ?? [];
    const answer = await fetch(`${provider.issuer}/session/end/confirm`, {
      method: "POST",
      redirect: "manual",
      headers: { cookie: browser.cookieHeader(provider.issuer) },
      body: new URLSearchParams({ xsrf, logout: "yes" }),
    });
    expect(answer.status).toBeLessThan(400);
  }

  test("the end of the one there does not end ours, which ends here; a new one asks there again", async () => {
    provider.people.set("s-lea", shift("lea"));
    await signIn("s-lea");
    // While the session there goes on, nobody is asked for anything.
    expect((await signIn(null)).status).toBe(200);
    await signOutAtProvider();
    expect((await me()).status).toBe(200);
    const renewed = await api.call("/api/v1/auth/refresh", { method: "POST", cookie: browser.cookieHeader(api.url) });
    expect(renewed.status).toBe(200);
    const cookie = cookiesOf(renewed);
    expect((await api.call("/api/v1/auth/logout", { method: "POST", cookie })).status).toBe(204);
    expect((await api.call("/api/v1/auth/me", { cookie })).status).toBe(401);
    expect(problemOf(await signIn(null))).toEqual([302, "/login", "oidc-refused"]);
  });
});

test("the provider itself refuses a sign-in without PKCE", async () => {
  const asked = new URL((await browser.get(start())).headers.get("location") ?? "");
  asked.searchParams.delete("code_challenge");
  asked.searchParams.delete("code_challenge_method");
  const back = new URL(await browser.follow(asked.href, api.url + CALLBACK));
  expect(back.searchParams.get("error")).toBe("invalid_request");
  expect(problemOf(await browser.get(back.href))).toEqual([302, "/login", "oidc-refused"]);
});

test.for([
  "https://evil.example/",
  "//evil.example",
  "/\\evil.example",
  "/%5cevil",
  "javascript:alert(1)",
  "/login",
  "/api/v1/sites",
])("never leads to %s", async (next) => {
  provider.people.set("s-kim", shift("kim"));
  provider.who = "s-kim";
  const back = await browser.follow(start(next), api.url + CALLBACK);
  const text = await (await browser.get(back)).text();
  const [, target] = /http-equiv="refresh" content="0; url=([^"]*)"/.exec(text) ?? [];
  expect(new URL(target ?? "", api.url).origin).toBe(api.origin);
  expect(["/", "/%5cevil"]).toContain(target);
});

test("while the provider is away the login page says so, and everything else works", async () => {
  const away = await startIdentityProvider(false);
  const other = await startApi({ sites: [], oidc: { settings: settingsFor(away.issuer), box } });
  await away.stop();
  const response = await fetch(`${other.url}/api/v1/auth/oidc/start?next=/dashboard/jobs`, { redirect: "manual" });
  expect(response.headers.get("location")).toBe("/login?problem=oidc-unreachable&next=%2Fdashboard%2Fjobs");
  expect((await other.call("/api/v1/sites", { role: "viewer" })).status).toBe(200);
  await other.close();
});
