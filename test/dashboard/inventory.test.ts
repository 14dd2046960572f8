// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Component } from "vue";
import AboutSection from "../../dashboard/admin/about/AboutSection.vue";
import AuditSection from "../../dashboard/admin/audit/AuditSection.vue";
import { ACTION_GROUPS, actionText } from "../../dashboard/admin/audit/action-text.ts";
import { NO_FILTER, queryOf } from "../../dashboard/admin/audit/audit-filter.ts";
import { detailRows } from "../../dashboard/admin/audit/detail-rows.ts";
import SitesSection from "../../dashboard/admin/sites/SitesSection.vue";
import { checkDraft, draftFrom, EMPTY_DRAFT, entryFrom, patchFrom } from "../../dashboard/admin/sites/site-draft.ts";
import { matchSites } from "../../dashboard/admin/sites/site-list.ts";
import { useText } from "../../dashboard/composables/use-text.ts";
import { inventoryEn } from "../../dashboard/locales/inventory-en.ts";
import { inventoryZhCN } from "../../dashboard/locales/inventory-zh-CN.ts";
import { PERMISSIONS } from "../../domain/access/permissions.ts";
import { ROLES } from "../../domain/access/session-user.ts";
import { SiteEntry } from "../../domain/sites/site.ts";
import { SitePatch } from "../../domain/sites/site-change.ts";
import { fakeUser } from "../e2e/harness/fake-admin.ts";
import { createFakeFleet } from "../e2e/harness/fake-fleet.ts";
import {
  fakeConfiguration,
  fakeImportReport,
  fakeVerification,
  inventoryAnswer,
} from "../e2e/harness/fake-inventory.ts";
import { FakeSocket } from "./fake-back-end.ts";

const START = Date.parse("2026-11-25T08:00:00Z");
const { setLocale } = useText();
const sites = createFakeFleet(150, 60, START).summaries();
type Sent = { method: string; path: string; query: string; body: unknown; ifMatch: string | null; type: string | null };

let widget: VueWrapper | undefined;
let sent: Sent[];
let instead: Record<string, { status: number; body?: unknown }>;

beforeEach(() => {
  vi.useFakeTimers({
    now: START,
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
  });
  vi.stubGlobal("WebSocket", FakeSocket);
  sent = [];
  instead = {};
  const answer = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const [path = "", query = ""] = String(input).replace("/api/v1", "").split("?");
    const method = init.method ?? "GET";
    const headers = new Headers(init.headers);
    const body = typeof init.body === "string" ? JSON.parse(init.body) : (init.body ?? null);
    sent.push({ method, path, query, body, ifMatch: headers.get("if-match"), type: headers.get("content-type") });
    const known: Record<string, { status: number; body?: unknown }> = {
      "GET /sites": { status: 200, body: { items: sites, nextCursor: null, total: sites.length } },
      "GET /auth/me": { status: 200, body: fakeUser("admin", "admin") },
      "POST /auth/refresh": { status: 200, body: { expiresIn: 600, user: fakeUser("admin", "admin") } },
      "POST /sites": { status: 201, body: {} },
      ...instead,
    };
    const given = known[`${method} ${path}`] ?? inventoryAnswer(sites, method, path) ?? { status: 404 };
    const own = ("headers" in given ? given.headers : {}) as Record<string, string>;
    return new Response(JSON.stringify(given.body ?? {}), { status: given.status, headers: own });
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
  const { keepSession } = await import("../../dashboard/composables/use-session.ts");
  keepSession();
  await flushPromises();
  const wrapper = mount(component, { attachTo: document.body });
  widget = wrapper;
  await flushPromises();
  return wrapper;
}
const changes = () => sent.filter(({ method, path }) => method !== "GET" && path !== "/auth/refresh");
async function press(page: VueWrapper, name: string | RegExp): Promise<void> {
  const fits = (text: string): boolean => (typeof name === "string" ? text === name : name.test(text));
  const scope = page.find("dialog").exists() ? page.get("dialog") : page;
  const button = scope.findAll("button").find((each) => fits(each.text()) || fits(each.attributes("aria-label") ?? ""));
  if (!button) throw new Error(`no button ${name} among ${scope.findAll("button").map((each) => each.text())}`);
  await (button.attributes("type") === "submit" ? scope.get("form").trigger("submit") : button.trigger("click"));
  await flushPromises();
}
function field(page: VueWrapper, label: string) {
  const found = page
    .get("dialog")
    .findAll("label")
    .find((each) => each.text() === label);
  return page.get(`#${found?.attributes("for")}`);
}

describe("the texts", () => {
  const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();
  test("both languages have the same keys and places, and the Chinese ones are Chinese", () => {
    expect(Object.keys(inventoryZhCN).sort()).toEqual(Object.keys(inventoryEn).sort());
    for (const [key, text] of Object.entries(inventoryEn)) {
      const chinese = inventoryZhCN[key as keyof typeof inventoryEn];
      expect(places(chinese), key).toEqual(places(text));
      expect(text.trim(), key).not.toBe("");
      expect(chinese.replace(/\{\w+\}/g, "") || "汉", key).toMatch(/\p{Script=Han}|^：$/u);
    }
  });
  test("every action has a word, also a refused one", () => {
    expect(actionText("site:update", "zh-CN")).toBe("修改站点");
    for (const permission of Object.keys(PERMISSIONS)) expect(actionText(permission, "en")).not.toBe(permission);
    expect(actionText("thing:unheard-of", "en")).toBe("thing:unheard-of");
    expect(actionText("constructor", "en")).toBe("constructor");
    expect(ROLES.length).toBe(4);
    for (const group of ACTION_GROUPS) expect(Object.keys(inventoryEn)).toContain(`audit.group.${group}`);
  });
});

describe("what is typed", () => {
  const first = sites[0];
  if (!first) throw new Error("no site");
  const config = { ...fakeConfiguration(first), location: { lat: 24.45, lon: 54.38 } };

  test("makes a site that the API takes", () => {
    const draft = {
      ...EMPTY_DRAFT,
      id: "site-151",
      name: " 站点 151 ",
      region: "north",
      zone: "zone-9",
      profile: "bitmain-antbox-hk3",
      url: "http://10.0.0.9",
      lat: "24.45",
      lon: "54.38",
      miners: "210",
    };
    expect(checkDraft(draft, true)).toEqual({});
    expect(SiteEntry.parse(entryFrom(draft))).toMatchObject({ name: "站点 151", miners_expected: 210, enabled: true });
  });

  test.for([
    ["id", "Site 1"],
    ["id", ""],
    ["name", " "],
    ["region", "x".repeat(65)],
    ["url", ""],
    ["url", "ftp://10.0.0.9"],
    ["url", "http://u:p@10.0.0.9"],
    ["url", "http://10.0.0.9/?a=1"],
    ["cameraUrl", "rtsp://10.0.0.9"],
    ["lat", "91"],
    ["lat", "north"],
    ["intervalS", "0"],
    ["intervalS", "1.5"],
    ["powerKw", "-1"],
  ] as const)("says what is wrong with %s = %j", ([name, value]) => {
    const draft = { ...draftFrom(config), url: "http://10.0.0.9", [name]: value };
    expect(Object.keys(checkDraft(draft, true))).toContain(name);
  });

  test("sends only what differs, and never an address that was not typed", () => {
    const draft = draftFrom(config);
    expect(patchFrom(config, draft)).toBeNull();
    const patch = patchFrom(config, { ...draft, name: "Neu", intervalS: "30", lat: "", lon: "", removesCamera: true });
    expect(patch).toEqual({ name: "Neu", interval_s: 30, location: null, camera: null });
    expect(SitePatch.parse(patch)).toEqual(patch);
    const withQueries = patchFrom(config, { ...draft, cameraQueries: true });
    expect(withQueries).toEqual({ camera: { queries: true } });
    expect(SitePatch.parse(withQueries)).toEqual(withQueries);
    expect(patchFrom(config, { ...draft, cameraUrl: "http://10.0.0.9/a.m3u8" })).toEqual({
      camera: { url: "http://10.0.0.9/a.m3u8" },
    });
    expect(patchFrom(config, { ...draft, url: "http://10.0.0.8" })).toEqual({ controller: { url: "http://10.0.0.8" } });
  });

  test("finds sites by all its words", () => {
    const found = matchSites(sites, `${first.region} ${first.id}`, null);
    expect(found.map(({ id }) => id)).toEqual([first.id]);
    expect(matchSites(sites, "no such site", null)).toEqual([]);
  });
});

describe("the sites", () => {
  test("are listed with health and age, searched and paged", async () => {
    const page = await show(SitesSection);
    expect(page.findAll("tbody tr")).toHaveLength(100);
    expect(page.text()).toContain("150 of 150 sites");
    await press(page, "Show more");
    expect(page.findAll("tbody tr")).toHaveLength(150);
    await page.get('input[type="search"]').setValue("site-041");
    await vi.advanceTimersByTimeAsync(300);
    expect(page.findAll("tbody tr")).toHaveLength(1);
    expect(page.get("tbody tr").text()).toContain("site-041");
  });

  test("are changed on the state that was read", async () => {
    const page = await show(SitesSection);
    await press(page, `Edit ${sites[0]?.name}`);
    expect((field(page, "Controller address").element as HTMLInputElement).value).toBe("");
    await field(page, "Name").setValue("New name");
    await press(page, "Save changes");
    expect(changes()).toMatchObject([
      { method: "PATCH", path: "/sites/site-001", body: { name: "New name" }, ifMatch: '"harness"' },
    ]);
    expect(page.find("dialog").exists()).toBe(false);
    expect(page.text()).toContain("“New name” was saved.");
  });

  test("that somebody else changed meanwhile are read again", async () => {
    const page = await show(SitesSection);
    await press(page, `Edit ${sites[0]?.name}`);
    instead = { "PATCH /sites/site-001": { status: 412, body: { code: "request.precondition-failed" } } };
    await field(page, "Name").setValue("Late");
    await press(page, "Save changes");
    expect(page.get('[role="alert"]').text()).toContain("Somebody else changed this meanwhile");
    expect((field(page, "Name").element as HTMLInputElement).value).toBe(sites[0]?.name);
  });

  test("of a sites file are shown and not changed", async () => {
    const page = await show(SitesSection);
    await press(page, `Edit ${sites[1]?.name}`);
    expect(page.get("dialog").text()).toContain("The sites file sites.yaml says what this site is");
    expect(
      page
        .get("dialog")
        .findAll("button")
        .map((each) => each.text()),
    ).toEqual(["Test connection", "Close"]);
    expect(page.get("dialog fieldset").attributes("disabled")).toBeDefined();
  });

  test("are disabled after it was said what that means", async () => {
    const page = await show(SitesSection);
    await press(page, `Edit ${sites[0]?.name}`);
    await press(page, "Disable…");
    expect(page.get("dialog").text()).toContain("the container goes on cooling");
    expect(changes()).toEqual([]);
    await press(page, "Disable");
    expect(changes()).toMatchObject([{ method: "PATCH", body: { enabled: false }, ifMatch: '"harness"' }]);
    expect(page.text()).toContain("is disabled.");
  });

  test("are added with the profile that the test of the connection finds", async () => {
    const page = await show(SitesSection);
    await press(page, "Add a site");
    await press(page, "Test connection");
    expect(page.get("dialog").text()).toContain("Enter an address first.");
    await field(page, "Controller address").setValue("http://10.0.0.9");
    const select = field(page, "Device profile");
    await select.setValue("x-nested-x10");
    await press(page, "Test connection");
    expect(changes()[0]).toMatchObject({ path: "/sites/test-connection", body: { url: "http://10.0.0.9" } });
    const text = page.get("dialog").text();
    expect(text).toContain("The controller answers: 46 ms.");
    expect(text).toContain("35.1 °C");
    expect(text).toContain("heat and electric power differ by 21 %");
    await press(page, /^Take/);
    expect((select.element as HTMLSelectElement).value).toBe("bitmain-antbox-hk3");
    await press(page, "Add");
    expect(page.find('[aria-invalid="true"]').exists()).toBe(true);
    expect(changes()).toHaveLength(1);
    for (const [label, value] of [
      ["Id", "site-151"],
      ["Name", "151"],
      ["Region", "north"],
      ["Zone", "z"],
    ] as const) {
      await field(page, label).setValue(value);
    }
    await press(page, "Add");
    expect(changes()[1]).toMatchObject({ method: "POST", path: "/sites", body: { id: "site-151", region: "north" } });
  });

  test("are imported after a trial without a fault", async () => {
    const page = await show(SitesSection);
    await press(page, "Import…");
    const choose = async (name: string) => {
      const input = page.get('input[type="file"]').element as HTMLInputElement;
      Object.defineProperty(input, "files", { configurable: true, value: [new File(["sites: []"], name)] });
      await page.get('input[type="file"]').trigger("change");
      await flushPromises();
    };
    const apply = () =>
      page
        .get("dialog")
        .findAll("button")
        .find((each) => each.text() === "Apply");
    await choose("sites.yaml");
    expect(changes()).toMatchObject([{ path: "/sites/import", query: "dryRun=true", type: "application/yaml" }]);
    const text = page.get("dialog").text();
    expect(text).toContain("Rows that cannot be taken: 1.");
    expect(text).toContain('interval_s: must be a number; there stands "often"');
    expect(text).toContain("line 12");
    expect(apply()?.attributes("disabled")).toBeDefined();
    instead = { "POST /sites/import": { status: 200, body: fakeImportReport(true, false) } };
    await choose("sites.json");
    expect(changes()[1]).toMatchObject({ type: "application/json" });
    await apply()?.trigger("click");
    await flushPromises();
    expect(changes()[2]).toMatchObject({ query: "dryRun=false" });
    expect(page.text()).toContain("Applied: 2 new, 1 changed.");
  });

  test("are exported after it was said what is in the file", async () => {
    const page = await show(SitesSection);
    await press(page, "Export…");
    expect(page.get("dialog").text()).toContain("private addresses");
    expect(
      page
        .get("dialog")
        .findAll("a")
        .map((link) => link.attributes("href")),
    ).toEqual(["/api/v1/sites/export?format=yaml", "/api/v1/sites/export?format=json"]);
  });
});

describe("the audit trail", () => {
  test("is listed, filtered and paged by the server", async () => {
    const page = await show(AuditSection);
    const first = page.findAll("tbody tr")[0]?.text() ?? "";
    expect(first).toMatch(/1207.*wang\.fang.*Change a site.*site-041.*Done/);
    expect(page.text()).toContain("6 of 1207 entries");
    await page.findAll("select")[1]?.setValue("refused");
    await page.findAll('input[type="search"]')[0]?.setValue("wang.fang");
    await vi.advanceTimersByTimeAsync(400);
    expect(sent.at(-1)).toMatchObject({ path: "/audit" });
    expect(sent.at(-1)?.query).toContain("actor=wang.fang&outcome=refused");
    expect(page.find('a[href^="/api/v1/audit/export"]').attributes("href")).toContain("outcome=refused");
  });

  test("shows a change as a difference, and markup as text", async () => {
    const page = await show(AuditSection);
    await press(page, "Open entry 1207");
    const rows = page
      .get("dialog")
      .findAll("tbody tr")
      .map((row) => row.findAll("th, td").map((cell) => cell.text()));
    expect(rows).toContainEqual(["name", "站点 41", "北区 41 号"]);
    expect(rows).toContainEqual(["controllerUrl", "(changed)", "(changed)"]);
    await press(page, "Close");
    await press(page, "Open entry 1202");
    expect(page.get("dialog").text()).toContain("<img src=x onerror=alert(1)>");
    expect(page.find("dialog img").exists()).toBe(false);
  });

  test("is verified, with what came of it", async () => {
    const page = await show(AuditSection);
    await press(page, "Verify now");
    expect(page.text()).toContain("The trail is whole: 1,207 entries in 84 ms.");
    expect(page.text()).toContain("Newest checkpoint: entry 1200, 41 s ago, signature good.");
    expect(page.text()).toContain("MCowBQYDK2VwAyEA");
    const bad = { ...fakeVerification(START), ok: false, firstBad: { seq: 1100, what: "its hash is wrong" } };
    instead = { "GET /audit/verify": { status: 200, body: bad } };
    await press(page, "Verify now");
    expect(page.text()).toContain("tampered with: entry 1100, its hash is wrong");
    expect(page.find(".abx-verify__result.is-bad").exists()).toBe(true);
  });

  test("says nested changes line by line", () => {
    const rows = detailRows({ part: "1/1", sites: { a: { before: null, after: { name: "A", at: { lat: 1 } } } } });
    expect(rows).toEqual([
      { field: "part", before: null, after: "1/1", isChange: false },
      { field: "sites › a › name", before: null, after: "A", isChange: true },
      { field: "sites › a › at › lat", before: null, after: "1", isChange: true },
    ]);
    expect(detailRows({})).toEqual([]);
    expect(detailRows(Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`k${n}`, n])))).toHaveLength(400);
    expect(queryOf({ ...NO_FILTER, from: "nonsense", to: "2026-11-25T08:00" })).not.toHaveProperty("from");
  });
});

test("the page about the platform lists packages with their licences", async () => {
  const page = await show(AboutSection);
  expect(page.text()).toContain("24.21.0");
  expect(page.findAll("tbody tr")).toHaveLength(60);
  await page.get('input[type="search"]').setValue("apache");
  await vi.advanceTimersByTimeAsync(300);
  expect(page.text()).toContain("16 of 140 packages");
  expect(page.find('a[href="/docs"]').exists()).toBe(true);
});

test.for([SitesSection, AuditSection, AboutSection])("speaks Chinese", async (section) => {
  setLocale("zh-CN");
  const page = await show(section);
  expect(page.get("h1").text()).toMatch(/^\p{Script=Han}+$/u);
});
