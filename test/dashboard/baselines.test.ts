// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import BaselineTable from "../../dashboard/components/BaselineTable.vue";
import { findingText } from "../../dashboard/components/baseline-text.ts";
import { useText } from "../../dashboard/composables/use-text.ts";
import { baselinesEn } from "../../dashboard/locales/baselines-en.ts";
import { baselinesZhCN } from "../../dashboard/locales/baselines-zh-CN.ts";
import { type BaselineFinding, findBaseline, type SiteBaseline } from "../../domain/alarms/baseline.ts";
import { BaselineName } from "../../domain/alarms/site-facts.ts";
import type { LiveRow } from "../../domain/live/live-table.ts";

const NOW = Date.parse("2026-11-25T08:00:00Z");
const ROW: LiveRow = {
  siteId: "site-001",
  collectedAtMs: NOW,
  slotMs: NOW,
  values: { supply_flow_m3h: 97.4, circulation_pump_running: true, total_power_kw: 300, efficiency_j_th: 19 },
  quality: {},
  faults: [],
};
const KEPT: SiteBaseline = {
  id: 7,
  siteId: "site-001",
  quantity: "supply_flow_m3h",
  value: 101.5,
  from: null,
  to: null,
  samples: null,
  spread: null,
  note: "sheet 12",
  setBy: "chen.yu",
  setAt: "2026-11-20T08:00:00.000Z",
  voidedAt: null,
  voidedBy: null,
  isInForce: true,
};
const FOUND: readonly BaselineFinding[] = BaselineName.options.map((quantity) =>
  findBaseline(quantity, quantity === "supply_flow_m3h" ? Array.from({ length: 400 }, () => 98.2) : []),
);

const { setLocale } = useText();
let widget: VueWrapper | undefined;
let sent: { method: string; path: string; body: unknown }[];

beforeEach(() => {
  sent = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit = {}) => {
    const { method = "GET", body } = init;
    const asked = typeof body === "string" ? (JSON.parse(body) as { dryRun?: boolean }) : null;
    if (method !== "GET") sent.push({ method, path, body: asked });
    const isDryRun = asked?.dryRun === true;
    const answer =
      method === "GET"
        ? { items: [KEPT], nextCursor: null, total: 1 }
        : { ...KEPT, isDryRun, items: isDryRun ? [] : [KEPT], found: FOUND };
    return new Response(JSON.stringify(answer), { headers: { "content-type": "application/json" } });
  });
  setLocale("en");
});
afterEach(() => {
  widget?.unmount();
  vi.unstubAllGlobals();
});

async function show(): Promise<VueWrapper> {
  const props = { siteId: "site-001", row: ROW, ratedPowerKw: 1000, nowMs: NOW };
  widget = mount(BaselineTable, { props, attachTo: document.body });
  await flushPromises();
  return widget;
}
const line = (page: VueWrapper, label: string) =>
  page
    .findAll("tbody tr")
    .find((row) => row.text().includes(label))
    ?.text() ?? "";
async function press(page: VueWrapper, text: string): Promise<void> {
  await page
    .findAll("button")
    .find((button) => button.text() === text)
    ?.trigger("click");
  await flushPromises();
}

test("both languages have the same words with the same places", () => {
  const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
  expect(Object.keys(baselinesZhCN)).toEqual(Object.keys(baselinesEn));
  for (const [key, text] of Object.entries(baselinesEn)) {
    const chinese = baselinesZhCN[key as keyof typeof baselinesEn];
    expect([places(chinese), chinese === text], key).toEqual([places(text), false]);
  }
});

test("each baseline stands beside what the site gives now, by whom, and when", async () => {
  const page = await show();
  expect(page.findAll("tbody tr")).toHaveLength(BaselineName.options.length);
  expect(line(page, "Supply flow")).toMatch(/101\.5 m³\/h.*97\.4 m³\/h.*by chen\.yu · by hand.*sheet 12/s);
  // At 30 % of its rating a site's efficiency is no comparison.
  expect(line(page, "Efficiency")).toMatch(/not set.*—/s);
  setLocale("zh-CN");
  await flushPromises();
  expect(line(page, "供液流量")).toContain("手工录入");
});

test("the last seven days are tried first, then kept as they were shown", async () => {
  const page = await show();
  await press(page, "Take from the last 7 days");
  expect(line(page, "Supply flow")).toMatch(/98\.2 m³\/h.*400 readings/s);
  expect(line(page, "Efficiency")).toContain("0 readings, 300 are needed");
  await press(page, "Keep (1)");
  const stretch = { from: "2026-11-18T07:59:00.000Z", to: "2026-11-25T07:59:00.000Z" };
  const path = "/api/v1/sites/site-001/baselines";
  expect(sent).toEqual([
    { method: "POST", path, body: { quantity: "all", ...stretch, dryRun: true } },
    { method: "POST", path, body: { quantity: "all", ...stretch } },
  ]);
  expect(page.get('[role="status"]').text()).toContain("Baselines kept: 1");
});

test("a value by hand is checked before it is sent", async () => {
  const page = await show();
  await press(page, "Enter by hand");
  const [number, note] = page.findAll("input");
  await number?.setValue("1600");
  await page.get("form").trigger("submit");
  expect(page.get('[role="alert"]').text()).toBe("Enter a number from 10 to 400.");
  expect(sent).toEqual([]);
  await number?.setValue("99,5");
  await note?.setValue(" new pump ");
  await page.get("form").trigger("submit");
  await flushPromises();
  expect(sent.map(({ body }) => body)).toEqual([{ quantity: "supply_flow_m3h", value: 99.5, note: "new pump" }]);
});

test("a baseline is voided after a second press", async () => {
  const page = await show();
  await press(page, "Void");
  expect(sent).toEqual([]);
  await press(page, "Void it");
  expect(sent).toEqual([{ method: "DELETE", path: "/api/v1/sites/site-001/baselines/7", body: null }]);
});

test("why the history gives none is said in the unit of the quantity", () => {
  const scattered = findBaseline(
    "approach_wetbulb_k",
    Array.from({ length: 100 }, (_, n) => n / 10),
  );
  expect(findingText(scattered, "en")).toBe("too scattered: 5.0 K, at most 3.0 K");
});
