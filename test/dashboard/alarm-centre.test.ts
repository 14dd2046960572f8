// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Role } from "../../domain/access/session-user.ts";
import { fakeUser } from "../e2e/harness/fake-admin.ts";
import { createFakeAlarms, type FakeAlarms } from "../e2e/harness/fake-alarms.ts";
import { createFakeFleet } from "../e2e/harness/fake-fleet.ts";
import { FakeSocket, framesOf } from "./fake-back-end.ts";

const START = Date.parse("2026-11-25T08:00:00Z");
let widget: VueWrapper | undefined;
let alarms: FakeAlarms;
let isAway: boolean;
/** Of whatever site is asked for. */
let commands: readonly Record<string, unknown>[];

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  vi.spyOn(performance, "now").mockImplementation(() => Date.now() - START);
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.resetModules();
  localStorage.clear();
  localStorage.setItem("antbox.locale", "en");
  isAway = false;
  commands = [];
});
afterEach(async () => {
  widget?.unmount();
  await vi.advanceTimersByTimeAsync(6000);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
  document.body.replaceChildren();
});

async function show(role: Role, count: number, query = ""): Promise<VueWrapper> {
  const fleet = createFakeFleet(20, 60, START);
  alarms = createFakeAlarms(fleet, count, START);
  const sites = { items: fleet.summaries(), nextCursor: null, total: 20 };
  const answer = async (path: string | URL | Request, init?: RequestInit): Promise<Response> => {
    if (isAway) throw new TypeError("away");
    const url = new URL(String(path), "http://127.0.0.1");
    if (url.pathname === "/api/v1/auth/refresh") return json({ expiresIn: 600, user: fakeUser("root", role) });
    if (url.pathname === "/api/v1/sites") return json(sites);
    if (url.pathname === "/api/v1/command-kinds") return json({ items: [], nextCursor: null, total: 0 });
    if (url.pathname === "/api/v1/commands") {
      const siteId = url.searchParams.get("site");
      const items = commands.map((command) => ({ ...command, siteId })).slice(0, Number(url.searchParams.get("limit")));
      return json({ items, nextCursor: null, total: commands.length });
    }
    const body = typeof init?.body === "string" ? JSON.parse(init.body) : {};
    const known = alarms.answer(init?.method ?? "GET", url, body);
    return known ? json(known.body, known.status) : json({}, 404);
  };
  vi.stubGlobal("fetch", answer);
  history.replaceState(null, "", `/dashboard/alarms${query}`);
  const { keepSession } = await import("../../dashboard/composables/use-session.ts");
  const { default: AlarmPage } = await import("../../dashboard/alarms/AlarmPage.vue");
  keepSession();
  await flushPromises();
  const wrapper = mount(AlarmPage, { attachTo: document.body });
  widget = wrapper;
  await settle();
  FakeSocket.newest().accept();
  FakeSocket.newest().receive(framesOf(fleet, "site", []).full(1, START));
  tell();
  await settle();
  return wrapper;
}
const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
const tell = (): void =>
  FakeSocket.newest().receive({ type: "alarms", at: new Date().toISOString(), summary: alarms.summary() });
async function settle(): Promise<void> {
  await flushPromises();
  await vi.advanceTimersByTimeAsync(50);
  await flushPromises();
}
const titles = (page: VueWrapper) => page.findAll(".abx-line__title").map((title) => title.text());

test("lists the worst first, and follows what the line tells", async () => {
  const page = await show("operator", 3);
  expect(page.findAll(".abx-line").map((line) => line.classes().find((one) => /^is-s\d/.test(one)))).toEqual([
    "is-s1",
    "is-s2",
    "is-s3",
  ]);
  alarms.raise("site-009", "smoke");
  tell();
  await settle();
  expect(titles(page)).toHaveLength(4);
  expect(page.get(".abx-line").text()).toContain("站点 9");
});

test("opens a cause and shows what it hides below it", async () => {
  const page = await show("viewer", 3);
  await page.get(".abx-line__fold").trigger("click");
  await settle();
  expect(page.findAll(".abx-line").map((line) => line.attributes("aria-level"))).toEqual(["1", "2", "2", "1", "1"]);
});

test("offers a viewer nothing to do, and an operator no taking out of service", async () => {
  const viewer = await show("viewer", 3, "?alarm=site-001.pump-fault");
  expect(viewer.find(".abx-acts").exists()).toBe(false);
  expect(viewer.findAll('input[type="checkbox"]')).toHaveLength(0);
  expect(viewer.text()).not.toContain("Acknowledge all");
  viewer.unmount();
  vi.resetModules();
  const operator = await show("operator", 3, "?alarm=site-001.pump-fault");
  expect(operator.get(".abx-acts").text()).toContain("Shelve");
  expect(operator.get(".abx-acts").text()).not.toContain("Out of service");
});

test("says how urgent it is, and what to do", async () => {
  const page = await show("operator", 3, "?alarm=site-001.pump-fault");
  const detail = page.get(".abx-detail");
  for (const heading of ["What to do", "Usual cause", "If nobody acts", "What was done last time", "What happened"]) {
    expect(detail.text()).toContain(heading);
  }
  expect(detail.text()).toMatch(/overdue by \d+ min|\d+ min left/);
});

test("shows what was ordered of the site, in which state, by whom and when, and leads there", async () => {
  const none = await show("viewer", 3, "?alarm=site-001.pump-fault");
  expect(none.get(".abx-detail").text()).toContain("Nobody has ordered anything of this site.");
  none.unmount();
  vi.resetModules();
  commands = ["no_effect", "verified", "unknown", "failed", "expired", "cancelled"].map((state, at) => ({
    id: `019c0000-0000-7000-8000-00000000000${at}`,
    kind: "start_cooling",
    args: {},
    state,
    requestedBy: "li.wei",
    createdAt: new Date(START - 60_000).toISOString(),
  }));
  const page = await show("viewer", 3, "?alarm=site-001.pump-fault");
  const lines = page.findAll(".abx-detail [data-command]");
  expect(lines).toHaveLength(5);
  expect(lines[0]?.text()).toMatch(/No effect.*li\.wei · .*\d\d:\d\d/);
  expect(lines[0]?.get("a").attributes("href")).toBe(
    "/dashboard/commands?tab=history&site=site-001&days=0&command=019c0000-0000-7000-8000-000000000000",
  );
  expect(page.get(".abx-detail").text()).toContain("All 6 commands");
});

test("acknowledges the selected ones in one request, after it has said what that is about", async () => {
  const page = await show("operator", 3);
  for (const box of page.findAll('input[type="checkbox"]').slice(0, 2)) await box.trigger("click");
  await settle();
  await page
    .findAll("button")
    .find((one) => one.text() === "Acknowledge 2…")
    ?.trigger("click");
  await settle();
  expect(page.get(".abx-dialog .abx-will").text()).toContain("2 alarms of 2 sites will be acknowledged.");
  alarms.asked.length = 0;
  await page.get(".abx-dialog form").trigger("submit");
  await settle();
  expect(alarms.asked.filter((one) => one.startsWith("POST"))).toEqual(["POST /alarms/acknowledge"]);
  expect(page.text()).toContain("2 alarms were acknowledged.");
  expect(alarms.summary().counts.critical.unacknowledged).toBe(0);
});

test("hatches what is old, and says why", async () => {
  const page = await show("operator", 3);
  isAway = true;
  tell();
  await settle();
  expect(page.get('[role="alert"]').text()).toContain("What is shown is old");
  expect(page.get('[role="treegrid"]').classes()).toContain("abx-hatched");
  expect(titles(page)).toHaveLength(3);
});

test("is calm when there is none, and helps when a filter hides all", async () => {
  const none = await show("operator", 0);
  expect(none.text()).toContain("No active alarms.");
  none.unmount();
  vi.resetModules();
  const filtered = await show("operator", 3, "?text=nothing");
  expect(filtered.text()).toContain("Nothing matches the filter.");
});
