// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import decodeQr from "qr/decode.js";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Component } from "vue";
import AccountSection from "../../dashboard/admin/account/AccountSection.vue";
import { deviceText } from "../../dashboard/admin/parts/device-text.ts";
import { makePassword } from "../../dashboard/admin/people/new-password.ts";
import PeopleSection from "../../dashboard/admin/people/PeopleSection.vue";
import { changeOf, consequencesOf } from "../../dashboard/admin/people/person.ts";
import SessionsSection from "../../dashboard/admin/sessions/SessionsSection.vue";
import SettingsSection from "../../dashboard/admin/settings/SettingsSection.vue";
import { draftOf, LIMITS, patchOf, problemsOf } from "../../dashboard/admin/settings/settings-draft.ts";
import { PERMISSION_GROUPS } from "../../dashboard/admin/tokens/permission-groups.ts";
import TokensSection from "../../dashboard/admin/tokens/TokensSection.vue";
import WebhooksSection from "../../dashboard/admin/webhooks/WebhooksSection.vue";
import { keepSession, useSession } from "../../dashboard/composables/use-session.ts";
import { useText } from "../../dashboard/composables/use-text.ts";
import { adminEn } from "../../dashboard/locales/admin-en.ts";
import { adminZhCN } from "../../dashboard/locales/admin-zh-CN.ts";
import { PROBLEM_TEXTS } from "../../dashboard/locales/problems.ts";
import AdminPage from "../../dashboard/ui-admin/AdminPage.vue";
import { ADMIN_SECTIONS, isAdministering, sectionsFor } from "../../dashboard/ui-admin/sections.ts";
import { permissionsOf } from "../../domain/access/authorize.ts";
import { PERMISSIONS } from "../../domain/access/permissions.ts";
import type { Person } from "../../domain/access/person.ts";
import { GRANTABLE_PERMISSIONS } from "../../domain/access/service-token.ts";
import { ROLES, type Role } from "../../domain/access/session-user.ts";
import { DEFAULT_SETTINGS, PlatformSettings } from "../../domain/settings/platform-settings.ts";
import { TRY_OUTCOMES } from "../../domain/webhooks/webhook.ts";
import { createFakeAdmin, fakePeople, fakeUser } from "../e2e/harness/fake-admin.ts";
import { createFakeFleet } from "../e2e/harness/fake-fleet.ts";
import { FakeSocket } from "./fake-back-end.ts";

const START = Date.parse("2026-11-25T08:00:00Z");
const { setLocale } = useText();
type Sent = {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly ifMatch: string | null;
};

let widget: VueWrapper | undefined;
let sent: Sent[];
/** Answers instead of the fake's own, by `METHOD /path`. */
let instead: Record<string, { status: number; body?: unknown }>;

beforeEach(() => {
  vi.useFakeTimers({
    now: START,
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
  });
  vi.stubGlobal("WebSocket", FakeSocket);
  sent = [];
  instead = {};
  const admin = createFakeAdmin(START);
  const sites = createFakeFleet(24, 60, START).summaries();
  const answer = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const path = String(input).replace("/api/v1", "").split("?")[0] ?? "";
    const method = init.method ?? "GET";
    const body = init.body ? (JSON.parse(String(init.body)) as Record<string, unknown>) : {};
    sent.push({ method, path, body, ifMatch: new Headers(init.headers).get("if-match") });
    const known: Record<string, { status: number; body?: unknown }> = {
      "GET /sites": { status: 200, body: { items: sites, nextCursor: null, total: sites.length } },
      "GET /auth/me": { status: 200, body: fakeUser("admin", "admin", { hasTotp: admin.hasTotp() }) },
      "GET /auth/methods": { status: 200, body: { passwordMinLength: 12 } },
      "POST /auth/refresh": { status: 200, body: { expiresIn: 600, user: fakeUser("admin", "admin") } },
      ...instead,
    };
    const given = known[`${method} ${path}`] ?? admin.answer(method, path, body) ?? { status: 404 };
    const headers = ("headers" in given ? given.headers : {}) as Record<string, string>;
    return new Response(given.status === 204 ? null : JSON.stringify(given.body ?? {}), {
      status: given.status,
      headers,
    });
  };
  vi.stubGlobal("fetch", vi.fn(answer));
  setLocale("en");
});
afterEach(async () => {
  widget?.unmount();
  widget = undefined;
  await vi.advanceTimersByTimeAsync(6000);
  vi.unstubAllGlobals();
  vi.useRealTimers();
  document.body.replaceChildren();
});

async function show(component: Component): Promise<VueWrapper> {
  keepSession();
  await flushPromises();
  const wrapper = mount(component, { attachTo: document.body });
  widget = wrapper;
  await flushPromises();
  return wrapper;
}
const changes = (): Sent[] => sent.filter(({ method, path }) => method !== "GET" && path !== "/auth/refresh");
async function press(page: VueWrapper, name: string | RegExp): Promise<void> {
  const fits = (text: string): boolean => (typeof name === "string" ? text === name : name.test(text));
  // A dialog has the page to itself.
  const scope = page.find("dialog").exists() ? page.get("dialog") : page;
  const button = scope.findAll("button").find((each) => fits(each.text()) || fits(each.attributes("aria-label") ?? ""));
  if (!button) throw new Error(`no button ${name} among ${page.findAll("button").map((each) => each.text())}`);
  await (button.attributes("type") === "submit" ? scope.get("form").trigger("submit") : button.trigger("click"));
  await flushPromises();
}

describe("the texts", () => {
  const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();
  test("are the same in both languages, with the same places, and none is empty", () => {
    expect(Object.keys(adminZhCN).sort()).toEqual(Object.keys(adminEn).sort());
    for (const [key, text] of Object.entries(adminEn)) {
      const chinese = adminZhCN[key as keyof typeof adminEn];
      expect(text.trim(), key).not.toBe("");
      expect(chinese.trim(), key).not.toBe("");
      expect(places(chinese), key).toEqual(places(text));
    }
    for (const [code, { en, "zh-CN": chinese }] of Object.entries(PROBLEM_TEXTS)) {
      expect(places(chinese), code).toEqual(places(en));
    }
  });
  test("have one for every outcome of a delivery and every part of a scope", () => {
    const wanted = TRY_OUTCOMES.map((outcome) => `webhook.outcome.${outcome}`);
    expect(wanted.filter((key) => !Object.hasOwn(adminEn, key))).toEqual([]);
  });
});

describe("the sections", () => {
  const of = (role: Role): string[] => {
    const permissions = permissionsOf({
      ...{ username: "x", role, scope: null, grants: null, mustChangePassword: false, expiresAtMs: 0 },
    });
    return sectionsFor(permissions).map(({ id }) => id);
  };
  test("have one id each, a permission of the table, and words in both languages", () => {
    const ids = ADMIN_SECTIONS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, title, permission } of ADMIN_SECTIONS) {
      expect(Object.hasOwn(PERMISSIONS, permission), id).toBe(true);
      expect([title.en, title["zh-CN"]], id).not.toContain("");
    }
  });
  test("load", async () => {
    for (const { id, load } of ADMIN_SECTIONS) expect((await load()).default, id).toBeTypeOf("object");
  });
  test.for(ROLES)("are for %s those that the permission table allows", (role) => {
    expect(of(role)).toContain("account");
    expect(of(role).includes("people")).toBe(role === "admin");
    const permissions = permissionsOf({
      ...{ username: "x", role, scope: null, grants: null, mustChangePassword: false, expiresAtMs: 0 },
    });
    expect(isAdministering(permissions)).toBe(
      ADMIN_SECTIONS.some(
        ({ permission }) => PERMISSIONS[permission].lowestRole !== "viewer" && permissions.includes(permission),
      ),
    );
  });
  test("are listed for whoever may see them, and one that is not there is answered", async () => {
    history.replaceState(null, "", "/dashboard/admin?section=nothing");
    const page = await show(AdminPage);
    expect(page.findAll(".abx-admin__menu a")).toHaveLength(ADMIN_SECTIONS.length);
    expect(page.get('[role="alert"]').text()).toContain("no such section");
    history.replaceState(null, "", "/");
  });
});

describe("people", () => {
  test("are listed with role, limits and state in words", async () => {
    const page = await show(PeopleSection);
    const rows = page.findAll("tbody tr").map((row) => row.text());
    expect(rows).toHaveLength(7);
    expect(rows[2]).toMatch(/li\.wei.*on line.*Operator.*Regions: North · Zones: A1, A2.*Enabled.*On/s);
    expect(rows[3]).toContain("Locked");
    expect(rows[4]).toContain("Disabled");
    expect(rows[5]).toContain("Must change password");
    expect(rows[6]).toContain("6 sites");
    expect(page.text()).toMatch(/Read 0 s ago/);
  });

  test("say what a change will do before it is made, and send only what differs", async () => {
    const page = await show(PeopleSection);
    await press(page, "Edit li.wei");
    expect(page.find(".abx-will").exists()).toBe(false);
    await page.get("dialog select").setValue("viewer");
    expect(page.get(".abx-will").text()).toMatch(/Operator → Viewer.*two seconds.*on line right now/s);
    await press(page, "Apply changes");
    expect(changes()).toEqual([{ method: "PATCH", path: "/users/li.wei", body: { role: "viewer" }, ifMatch: null }]);
    expect(page.find("dialog").exists()).toBe(false);
    expect(page.get(".abx-said").text()).toBe("li.wei was changed.");
  });

  test("are asked about before somebody is disabled", async () => {
    const page = await show(PeopleSection);
    await press(page, "Edit li.wei");
    await press(page, "Disable…");
    expect(page.get("dialog").text()).toMatch(/can no longer sign in.*enabled again/s);
    expect(changes()).toEqual([]);
    await press(page, "Cancel");
    await press(page, "Disable…");
    await press(page, "Disable");
    expect(changes().map(({ body }) => body)).toEqual([{ isDisabled: true }]);
  });

  test("get a made password that is shown once", async () => {
    const page = await show(PeopleSection);
    await press(page, "Edit li.wei");
    await press(page, "Reset password…");
    await press(page, "Reset password");
    const [change] = changes();
    expect(change?.body["password"]).toMatch(/^[\w-]{20,}$/);
    expect(page.get(".abx-secret").text()).toBe(change?.body["password"]);
  });

  test("tell why the server refused, in the reader's language", async () => {
    instead["PATCH /users/li.wei"] = { status: 409, body: { code: "user.last-admin", detail: "nobody left" } };
    const page = await show(PeopleSection);
    await press(page, "Edit li.wei");
    await page.get("dialog select").setValue("viewer");
    await press(page, "Apply changes");
    expect(page.get('dialog [role="alert"]').text()).toContain("last enabled administrator");
    setLocale("zh-CN");
    await flushPromises();
    expect(page.get('dialog [role="alert"]').text()).toContain("最后一位可用的管理员");
  });

  test("cannot be given other rights by themselves", async () => {
    const page = await show(PeopleSection);
    await press(page, "Edit admin");
    expect(page.get("dialog select").attributes("disabled")).toBeDefined();
    expect(page.findAll("dialog button").map((button) => button.text())).toEqual(["Close", "Apply changes"]);
  });

  test("are limited to parts of the fleet by a picker that counts", async () => {
    const page = await show(PeopleSection);
    await press(page, "Edit zhao.lei");
    expect(page.get(".abx-scope__count").text()).toBe("4 of 24 sites");
    expect(page.get(".abx-scope").text()).toContain("not in the inventory");
    await page.findAll(".abx-scope input[type=radio]")[0]?.setValue(true);
    expect(page.get(".abx-will").text()).toContain("Whole fleet");
    await press(page, "Apply changes");
    expect(changes()[0]?.body).toEqual({ scope: null });
  });

  test("are added with a name that the server takes", async () => {
    const page = await show(PeopleSection);
    await press(page, "Add a person");
    await page.get("dialog input[type=text]").setValue("Li Wei");
    await press(page, "Add");
    expect(page.get('dialog [aria-invalid="true"]').element).toBe(page.get("dialog input[type=text]").element);
    await page.get("dialog input[type=text]").setValue("new.person");
    await press(page, "Add");
    expect(changes()[0]?.body).toMatchObject({ username: "new.person", role: "viewer", scope: null });
    expect(page.get("dialog").text()).toContain("Hand this password over to new.person");
  });

  test("are hatched, and said to be old, while the server is away", async () => {
    const page = await show(PeopleSection);
    instead["GET /users"] = { status: 503, body: { code: "storage.unavailable" } };
    await vi.advanceTimersByTimeAsync(16_000);
    expect(page.get('[role="alert"]').text()).toContain("What is shown is old");
    expect(page.find(".abx-panel.abx-hatched").exists()).toBe(true);
    delete instead["GET /users"];
    await vi.advanceTimersByTimeAsync(5_000);
    expect(page.find('[role="alert"]').exists()).toBe(false);
  });
});

describe("what a change does", () => {
  const [, , liWei] = fakePeople(START);
  const person = liWei as Person;
  test("is nothing when nothing differs, in whatever order the names stand", () => {
    expect(changeOf(person, "operator", { regions: ["North"], zones: ["A2", "A1"], sites: [] })).toBeNull();
  });
  test("an administrator loses the limits", () => {
    expect(changeOf(person, "admin", person.scope)).toEqual({ role: "admin", scope: null });
  });
  test.for([
    { role: "viewer" },
    { scope: null },
    { isDisabled: true },
    { isDisabled: false },
    { password: "x" },
    { removeTotp: true },
    { unlock: true },
  ] as const)("is told for %o", (change) => {
    expect(consequencesOf(person, change, (role) => role)[0]).toContain("li.wei");
  });
  test("a made password has no fewer than 100 random bits, and is fair", () => {
    expect(makePassword()).not.toBe(makePassword());
    expect(makePassword((bytes) => bytes.fill(7)).replaceAll("-", "")).toHaveLength(20);
    const letters = Array.from({ length: 400 }, () => makePassword().replaceAll("-", "")).join("");
    expect(new Set(letters).size).toBe(55);
  });
});

describe("the own account", () => {
  test("replaces the password by the rules", async () => {
    const page = await show(AccountSection);
    const [current, next, again] = page.findAll(".abx-password input[type=password]");
    await next?.setValue("antbox");
    expect(page.get(".abx-rules").text()).toContain("at least 12 characters");
    expect(page.get(".abx-rules").text()).toContain("antbox");
    await current?.setValue("right");
    await next?.setValue("seven quiet pumps at night");
    await again?.setValue("seven quiet pumps");
    await page.get(".abx-password").trigger("submit");
    expect(page.get('.abx-password [aria-invalid="true"]').element).toBe(again?.element);
    await again?.setValue("seven quiet pumps at night");
    await page.get(".abx-password").trigger("submit");
    await flushPromises();
    expect(changes()).toMatchObject([
      { path: "/account/password", body: { current: "right", next: "seven quiet pumps at night" } },
    ]);
    expect(page.text()).toContain("Changed. Your other sessions have ended.");
  });

  test("sets up a second factor: a code to scan, and recovery codes once", async () => {
    const page = await show(AccountSection);
    const totp = () => page.get(".abx-totp");
    await totp().get("button").trigger("click");
    await totp().get("input").setValue("right");
    await totp().get("form").trigger("submit");
    await vi.waitFor(() => expect(totp().get(".abx-qr path").attributes("d")).not.toBe(""));
    expect(readQr(totp().get(".abx-qr"))).toMatch(/^otpauth:\/\/totp\/AntBox%20Flow:admin\?secret=JBSWY3DPEHPK3PXP/);
    expect(totp().get(".abx-secret").text()).toMatch(/^JBSW Y3DP/);
    await totp().get("input").setValue("000000");
    await totp().get("form").trigger("submit");
    await flushPromises();
    expect(totp().get('[role="alert"]').text()).toContain("The code is wrong");
    await totp().get("input").setValue("123 456");
    await totp().get("form").trigger("submit");
    await flushPromises();
    expect(totp().findAll(".abx-recovery__codes li")).toHaveLength(10);
    expect(totp().findAll("button").at(-1)?.attributes("disabled")).toBeDefined();
    await totp().get("input[type=checkbox]").setValue(true);
    await totp().findAll("button").at(-1)?.trigger("click");
    await flushPromises();
    expect(totp().text()).toContain("On");
    expect(totp().text()).not.toContain("7KQ2");
  });

  test("ends other sessions", async () => {
    const page = await show(AccountSection);
    expect(page.findAll("tbody tr").map((row) => row.text())).toEqual([
      expect.stringMatching(/Chrome 142 · Windows\s+this one.*on line/s),
      expect.stringMatching(/Safari 18 · iOS.*End/s),
    ]);
    await press(page, "End all others");
    expect(page.text()).toContain("1 ended.");
    expect(page.findAll("tbody tr")).toHaveLength(1);
  });
});

describe("sessions, tokens, webhooks and settings", () => {
  test("a session of somebody else ends after a question", async () => {
    const page = await show(SessionsSection);
    await press(page, /^End the session of li\.wei/);
    expect(page.get("dialog").text()).toMatch(/within two seconds.*working with it right now/s);
    await press(page, "End");
    expect(changes().map(({ method }) => method)).toEqual(["DELETE"]);
  });

  test("a token is made of the permissions that are chosen, and shown once", async () => {
    const page = await show(TokensSection);
    expect(page.findAll("tbody tr").map((row) => row.text())).toEqual([
      expect.stringMatching(/erp-export.*3 rights.*Whole fleet.*in 50 d/s),
      expect.stringMatching(/grid-operator.*North.*in 5 d/s),
      expect.stringMatching(/old-report.*Revoked/s),
    ]);
    await press(page, "Make a token");
    await press(page, "Make");
    expect(changes()).toEqual([]);
    await page.get("dialog input[type=text]").setValue("weather");
    await page.get("dialog input[type=checkbox]").setValue(true);
    await press(page, "Make");
    expect(changes()[0]?.body).toEqual({
      name: "weather",
      permissions: [PERMISSION_GROUPS[0]?.permissions[0]],
      scope: null,
      expiresInDays: 90,
    });
    expect(page.get(".abx-secret").text()).toMatch(/^abx_/);
    await press(page, "Done");
    expect(page.text()).not.toContain("abx_");
  });

  test("every permission that a token may hold stands in one group", () => {
    const listed = PERMISSION_GROUPS.flatMap(({ permissions }) => permissions);
    expect([...listed].sort()).toEqual([...GRANTABLE_PERMISSIONS].sort());
  });

  test("a webhook's key is shown once, and its log says how deliveries went", async () => {
    const page = await show(WebhooksSection);
    expect(page.text()).toContain("Answered HTTP 503");
    await press(page, "Add a webhook");
    await page.get("dialog input[type=text]").setValue("pager");
    await page.get("dialog input[type=url]").setValue("https://pager.example.com/in");
    await page.findAll("dialog input[type=checkbox]")[0]?.setValue(true);
    await press(page, "Add");
    expect(changes()[0]?.body).toEqual({
      name: "pager",
      url: "https://pager.example.com/in",
      events: ["site.changed"],
      isEnabled: true,
    });
    expect(page.get(".abx-secret").text()).toMatch(/^whsec_/);
    await press(page, "Done");
    await press(page, "Log of ticket-system");
    expect(page.findAll("dialog tbody tr")).toHaveLength(3);
    await press(page, "Send a test");
    expect(page.get('dialog [role="status"]').text()).toBe("Test: Delivered");
  });

  test("settings are changed on what was read, and only in what differs", async () => {
    const page = await show(SettingsSection);
    const hours = page.findAll('input[inputmode="numeric"]')[1];
    expect(hours?.element).toHaveProperty("value", "12");
    await hours?.setValue("99");
    await page.get("form").trigger("submit");
    expect(changes()).toEqual([]);
    expect(page.get('[aria-invalid="true"]').element).toBe(hours?.element);
    await hours?.setValue("8");
    await page.get("form").trigger("submit");
    await flushPromises();
    expect(changes()).toEqual([{ method: "PATCH", path: "/settings", body: { sessionIdleH: 8 }, ifMatch: '"1"' }]);
    expect(page.text()).toContain("Saved.");
  });

  test("settings that somebody else changed meanwhile are read again", async () => {
    instead["PATCH /settings"] = { status: 412, body: { code: "request.precondition-failed" } };
    const page = await show(SettingsSection);
    await page.get("select").setValue("admin");
    await page.get("form").trigger("submit");
    await flushPromises();
    expect(page.get('[role="alert"]').text()).toContain("Somebody else changed this meanwhile");
    expect(sent.filter(({ path, method }) => path === "/settings" && method === "GET")).toHaveLength(2);
  });

  test("the limits of the settings are those of their schema", () => {
    for (const [field, { low, high }] of Object.entries(LIMITS)) {
      const at = (value: number): boolean =>
        PlatformSettings.safeParse({ ...DEFAULT_SETTINGS, [field]: value }).success;
      expect([at(low - 1), at(low), at(high), at(high + 1)], field).toEqual([false, true, true, false]);
    }
    const draft = draftOf(DEFAULT_SETTINGS);
    expect([patchOf(DEFAULT_SETTINGS, draft), problemsOf(draft)]).toEqual([null, {}]);
    expect(problemsOf({ ...draft, noticeEn: "only English" }).notice).toContain("both languages");
  });
});

test("a browser is named so that a person knows it", () => {
  const agent = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0";
  expect(deviceText(agent)).toBe("Firefox 142 · Linux");
  expect(deviceText("curl/8.5.0")).toBe("curl/8.5.0");
  expect(deviceText("")).toBe("—");
});

test("other rights that come while the page is open are noticed", async () => {
  vi.resetModules();
  const session = await import("../../dashboard/composables/use-session.ts");
  session.keepSession();
  await flushPromises();
  const { newRights, may } = session.useSession();
  expect([newRights.value, may("users:read")]).toEqual([null, true]);
  await session.probeSession();
  expect(newRights.value).toBeNull();
  instead["GET /auth/me"] = { status: 200, body: fakeUser("admin", "viewer") };
  await session.probeSession();
  expect([newRights.value?.role, may("users:read")]).toEqual(["viewer", false]);
  expect(useSession().newRights.value).toBeNull();
});

/** What a scanner reads from the drawn code. */
function readQr(svg: {
  attributes(name: string): string | undefined;
  get(selector: string): { attributes(name: string): string | undefined };
}): string {
  const size = Number(svg.attributes("viewBox")?.split(" ")[2]);
  const scale = 4;
  const side = size * scale;
  const data = new Uint8Array(side * side * 4).fill(255);
  for (const [, x, y, width] of (svg.get("path").attributes("d") ?? "").matchAll(/M(\d+) (\d+)h(\d+)v1/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row += 1) {
      const from = (row * side + Number(x) * scale) * 4;
      for (let pixel = 0; pixel < Number(width) * scale; pixel += 1)
        data.fill(0, from + pixel * 4, from + pixel * 4 + 3);
    }
  }
  return decodeQr({ width: side, height: side, data });
}
