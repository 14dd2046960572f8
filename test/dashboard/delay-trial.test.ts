// @vitest-environment happy-dom
import { DOMWrapper, flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Role } from "../../domain/access/session-user.ts";
import { fakeUser } from "../e2e/harness/fake-admin.ts";
import { createFakeAlarms, type FakeAlarms } from "../e2e/harness/fake-alarms.ts";
import { createFakeFleet } from "../e2e/harness/fake-fleet.ts";
import { FakeSocket } from "./fake-back-end.ts";

const START = Date.parse("2026-11-25T08:00:00Z");
let widget: VueWrapper | undefined;
let alarms: FakeAlarms;
let bodies: { method: string; path: string; body: Record<string, unknown> }[];

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  vi.spyOn(performance, "now").mockImplementation(() => Date.now() - START);
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.resetModules();
  localStorage.clear();
  localStorage.setItem("antbox.locale", "en");
  bodies = [];
});
afterEach(async () => {
  widget?.unmount();
  await vi.advanceTimersByTimeAsync(6000);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
  document.body.replaceChildren();
});

async function show(role: Role): Promise<VueWrapper> {
  const fleet = createFakeFleet(20, 60, START);
  alarms = createFakeAlarms(fleet, 3, START);
  alarms.raise("site-009", "supply-temp-high");
  const answer = async (address: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = new URL(String(address), "http://127.0.0.1");
    if (url.pathname === "/api/v1/auth/refresh") return json({ expiresIn: 600, user: fakeUser("root", role) });
    const body = typeof init?.body === "string" ? JSON.parse(init.body) : {};
    const method = init?.method ?? "GET";
    bodies.push({ method, path: url.pathname, body });
    const known = alarms.answer(method, url, body);
    return known ? json(known.body, known.status) : json({}, 404);
  };
  vi.stubGlobal("fetch", answer);
  history.replaceState(null, "", "/dashboard/alarms?tab=statistics");
  const { keepSession } = await import("../../dashboard/composables/use-session.ts");
  const { default: StatisticsTab } = await import("../../dashboard/alarms/StatisticsTab.vue");
  await import("../../dashboard/alarms/DelayDialog.vue");
  const { DEFAULT_RULES } = await import("../../domain/alarms/starter-rules/index.ts");
  keepSession();
  await flushPromises();
  const wrapper = mount(StatisticsTab, {
    attachTo: document.body,
    props: {
      view: { tab: "statistics", site: "" } as never,
      sites: fleet.summaries(),
      ruleTitles: new Map(DEFAULT_RULES.map(({ id, texts }) => [id, texts.en.title])),
    },
  });
  widget = wrapper;
  await settle();
  return wrapper;
}
const json = (body: unknown, status = 200): Response =>
  new Response(status === 204 ? null : JSON.stringify(body), { status });
async function settle(ms = 50): Promise<void> {
  await flushPromises();
  await vi.advanceTimersByTimeAsync(ms);
  await flushPromises();
}
const page = () => new DOMWrapper(document.body);
const opener = () => page().find('button[aria-label="Propose a better delay: Supply temperature high"]');
async function open() {
  await opener().trigger("click");
  await settle();
  return page().get("dialog");
}
const orders = () => bodies.filter(({ method, path }) => method === "POST" && path === "/api/v1/rules/backtest");

test("tries the rule as it is, then each variant in its place, and proposes the quietest that misses no trip", async () => {
  await show("engineer");
  const dialog = await open();
  await dialog.get("form").trigger("submit");
  await settle();
  expect(dialog.find("progress").exists()).toBe(true);
  await settle(20_000);
  const [present, ...variants] = orders();
  expect(present?.body).toMatchObject({ ruleIds: ["supply-temp-high"] });
  expect(present?.body["from"]).toMatch(/^2026-11-18T08:00:00/);
  expect(variants).toHaveLength(3);
  for (const { body } of variants) expect((body["rules"] as { id: string }[])[0]?.id).toBe("supply-temp-high");
  const rows = dialog.findAll("tbody tr").map((row) => row.findAll("th, td").map((cell) => cell.text()));
  expect(rows).toEqual([
    ["As it is in force", "13.3", "8.9 %", "12", "4", "—"],
    ["off-delay 3 min → 10 min", "4.00", "2.7 %", "12", "0", "none"],
    ["deadband of supply_temp_c 1 → 2", "13.3", "8.9 %", "12", "4", "none"],
    ["on-delay 60 s → 2 min, off-delay 3 min → 10 min proposed", "2.71", "1.8 %", "1", "0", "60 s"],
  ]);
  expect(dialog.text()).toContain("people are told 19 times instead of 93: 74 fewer (80 %).");
  expect(dialog.text()).toContain("Lead time lost, median: 60 s.");
  const node = JSON.parse(dialog.get("textarea").element.value);
  expect(node).toMatchObject([{ type: "alert-rule", rule: { id: "supply-temp-high", onDelayS: 120, offDelayS: 600 } }]);
  await dialog.findAll("input[type=radio]")[0]?.trigger("change");
  expect(JSON.parse(dialog.get("textarea").element.value)[0].rule).toMatchObject({ onDelayS: 60, offDelayS: 600 });
});

test("is cancelled at the server, too, and by closing", async () => {
  await show("engineer");
  const dialog = await open();
  alarms.backTests.asksUntilDone = 1000;
  await dialog.get("form").trigger("submit");
  await settle(3000);
  await dialog.get("form button").trigger("click");
  await settle();
  expect(dialog.text()).toContain("Cancelled.");
  expect(bodies.filter(({ method }) => method === "DELETE")).toHaveLength(1);
  await dialog.get("form").trigger("submit");
  await settle(3000);
  await dialog.get(".abx-dialog__end button").trigger("click");
  await settle();
  expect(page().find("dialog").exists()).toBe(false);
  expect(bodies.filter(({ method }) => method === "DELETE")).toHaveLength(2);
  expect(orders()).toHaveLength(2);
});

test("says why it does not run: another one is under way", async () => {
  await show("engineer");
  const dialog = await open();
  const other = { ruleIds: ["leak"], from: "2026-11-18T08:00:00Z", to: "2026-11-25T08:00:00Z" };
  alarms.answer("POST", new URL("http://127.0.0.1/api/v1/rules/backtest"), other);
  await dialog.get("form").trigger("submit");
  await settle(3000);
  expect(dialog.get('[role="alert"]').text()).not.toBe("");
  expect(dialog.find("tbody").exists()).toBe(false);
});

test("is not offered to an operator", async () => {
  await show("operator");
  expect(page().text()).toContain("The ten loudest rules");
  expect(opener().exists()).toBe(false);
});
