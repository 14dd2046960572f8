// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { type AlarmRow, keepRows, rowsOf, topPlaces, windowOf } from "../../dashboard/alarms/alarm-rows.ts";
import { alarmPath, isFiltered, parseAlarmView, selectionOf } from "../../dashboard/alarms/alarm-view.ts";
import { type Figures, goalsOf, prioritySharesOf } from "../../dashboard/alarms/statistics-goals.ts";
import type { AlarmItem } from "../../dashboard/alarms/use-alarm-pages.ts";
import { risenPriority } from "../../dashboard/live/alarm-rise.ts";
import { alarmsEn } from "../../dashboard/locales/alarms-en.ts";
import { alarmsZhCN } from "../../dashboard/locales/alarms-zh-CN.ts";
import { AlarmState, Priority, SuppressionCause, TransitionKind } from "../../domain/alarms/alarm.ts";
import type { AlarmSummary } from "../../domain/alarms/alarm-summary.ts";
import { Rule } from "../../domain/alarms/rule.ts";
import type { FleetTile } from "../../domain/live/fleet-summary.ts";
import { alarmsBySite, byAlarms } from "../../domain/live/tile-alarms.ts";
import { createFakeAlarms } from "../e2e/harness/fake-alarms.ts";
import { createFakeFleet } from "../e2e/harness/fake-fleet.ts";

const NOW = Date.parse("2026-11-25T08:00:00Z");
const view = (text: string) => parseAlarmView(new URLSearchParams(text));

test.for([
  "",
  "?tab=history&site=site-001",
  "?state=shelved&priority=critical,high&region=north&zone=zone-1&rule=leak&text=pump&alarm=site-001.leak",
  "?state=all&below=~zone-1.segment-down",
])("an address opens the same view again: %s", (query) => {
  expect(alarmPath(view(query.slice(1)))).toBe(`/dashboard/alarms${query}`);
});

test("an address that makes no sense asks for nothing strange", () => {
  const odd = view("tab=x&state=y&priority=z,critical&site=../etc&rule=A%20B&alarm=<b>&below=%00&text=%20");
  expect(odd).toMatchObject({
    tab: "active",
    state: "current",
    priorities: ["critical"],
    site: "",
    rule: "",
    alarm: "",
  });
  expect(selectionOf(odd)).toEqual({
    state: "unacknowledged,latched,returned_unacknowledged,acknowledged",
    priority: "critical",
  });
  expect(isFiltered(view(""))).toBe(false);
  expect(isFiltered(view("zone=z"))).toBe(true);
});

const alarm = (id: string, children = 0): AlarmItem => ({ id, children }) as AlarmItem;

test("children stand under their cause while it is open", () => {
  const items = [alarm("a.x", 3), alarm("b.x")];
  expect(rowsOf(items, new Set(), new Map()).map(({ key }) => key)).toEqual(["a.x", "b.x"]);
  expect(rowsOf(items, new Set(["a.x"]), new Map())[1]).toMatchObject({ kind: "more", count: null, depth: 1 });
  const children = new Map([["a.x", { items: [alarm("a.y", 1), alarm("a.z")], total: 3 }]]);
  const rows = rowsOf(items, new Set(["a.x", "b.x"]), children);
  expect(rows.map(({ key, depth }) => [key, depth])).toEqual([
    ["a.x", 0],
    ["a.x/a.y", 1],
    ["a.x/a.z", 1],
    ["a.x/…", 1],
    ["b.x", 0],
  ]);
  expect(rows[3]).toMatchObject({ count: 1 });
  const again = keepRows(rowsOf([alarm("a.x", 4), items[1] ?? alarm("")], new Set(["a.x"]), children), rows);
  expect(again[0]).not.toBe(rows[0]);
  expect(again[1]).toBe(rows[1]);
  expect(again[4]).toBe(rows[4]);
});

test("an alarm that hides itself in a circle ends", () => {
  const circle = new Map([["a.x", { items: [alarm("a.x", 1)], total: 1 }]]);
  expect(rowsOf([alarm("a.x", 1)], new Set(["a.x"]), circle).length).toBeLessThan(10);
});

test.for([
  { of: "the top", top: 0, count: 5000, first: 0, last: 28 },
  { of: "the middle", top: 40_000, count: 5000, first: 992, last: 1028 },
  { of: "the end", top: 199_200, count: 5000, first: 4972, last: 4999 },
  { of: "a short list", top: 0, count: 3, first: 0, last: 2 },
  { of: "nothing", top: 0, count: 0, first: 0, last: -1 },
])("of a long list only what is seen is drawn: $of", ({ top, count, first, last }) => {
  expect(windowOf(top, 800, 40, count)).toEqual({ first, last });
});

test("lines stand for places among the topmost alarms", () => {
  const row = (depth: number): AlarmRow => ({ kind: "alarm", key: "", alarm: alarm("a.x"), depth, isOpen: false });
  const rows = [row(0), row(1), row(1), row(0), row(0)];
  expect(topPlaces(rows, { first: 0, last: 2 })).toEqual({ first: 0, last: 1 });
  expect(topPlaces(rows, { first: 3, last: 4 }).first).toBe(1);
  expect(topPlaces(rows, { first: 2, last: 300 }).last).toBeGreaterThanOrEqual(298);
  expect(topPlaces([], { first: 4000, last: 4020 })).toEqual({ first: 4000, last: 4020 });
});

const fleet = createFakeFleet(20, 60, NOW);
function summaries(): { before: AlarmSummary; after: (siteId: string, ruleId: string) => AlarmSummary } {
  const alarms = createFakeAlarms(fleet, 3, NOW);
  const before = alarms.summary();
  return {
    before,
    after(siteId, ruleId) {
      alarms.raise(siteId, ruleId);
      return alarms.summary();
    },
  };
}

test("only what is new and bad is heard", () => {
  const { before, after } = summaries();
  expect(risenPriority(null, before)).toBeNull();
  expect(risenPriority(before, before)).toBeNull();
  const smoke = after("site-009", "smoke");
  expect(risenPriority(before, smoke)).toBe("critical");
  expect(risenPriority(smoke, before)).toBeNull();
  const flow = after("site-010", "flow-low");
  expect(risenPriority(smoke, flow)).toBe("high");
  expect(risenPriority(flow, after("site-011", "housekeeping"))).toBeNull();
});

test("one that comes while another one is acknowledged elsewhere is heard", () => {
  const { before, after } = summaries();
  const next = after("site-009", "smoke");
  const counts = { ...next.counts, critical: before.counts.critical };
  expect(risenPriority(before, { ...next, counts })).toBe("critical");
});

test("tiles with the worst alarms come first, the rest keeps its order", () => {
  const { before } = summaries();
  const tiles = fleet.summaries().map((site) => ({ site }) as FleetTile);
  const sorted = byAlarms(tiles, alarmsBySite(before)).map(({ site }) => site.id);
  expect(sorted.slice(0, 4)).toEqual(["site-001", "site-004", "site-005", "site-002"]);
  const map = alarmsBySite(before);
  expect(alarmsBySite(structuredClone(before), map).get("site-001")).toBe(map.get("site-001"));
  expect(byAlarms(tiles, new Map()).map(({ site }) => site.id)).toEqual(fleet.ids);
});

const figures = (own: Partial<Figures>): Figures => ({
  from: "",
  to: "",
  operators: 1,
  announced: 0,
  perOperatorHour: 0,
  crowdedShare: 0,
  floodShare: 0,
  byPriority: { critical: 0, high: 0, medium: 0, low: 0 },
  topRules: [],
  topShare: null,
  chattering: { count: 0, ids: [] },
  fleeting: { count: 0, ids: [] },
  stale: { count: 0, ids: [] },
  medianAcknowledgeS: null,
  worstAcknowledgeS: null,
  ...own,
});
test.for([
  { name: "stat.rate", own: { perOperatorHour: 6 }, verdict: "good" },
  { name: "stat.rate", own: { perOperatorHour: 6.1 }, verdict: "fair" },
  { name: "stat.rate", own: { perOperatorHour: 12.1 }, verdict: "bad" },
  { name: "stat.crowded", own: { crowdedShare: 0.01 }, verdict: "bad" },
  { name: "stat.flood", own: { floodShare: 0.009 }, verdict: "good" },
  { name: "stat.top", own: { topShare: null }, verdict: "none" },
  { name: "stat.top", own: { topShare: 0.06 }, verdict: "bad" },
  { name: "stat.stale", own: { stale: { count: 5, ids: [] } }, verdict: "bad" },
  { name: "stat.fleeting", own: { fleeting: { count: 1, ids: [] } }, verdict: "bad" },
])("$name is $verdict at $own", ({ name, own, verdict }) => {
  const goals = goalsOf(figures(own), "en", (seconds) => `${seconds} s`);
  expect(goals.find((goal) => goal.name === name)?.verdict).toBe(verdict);
});

test("priorities are shared among what asks somebody to act", () => {
  expect(prioritySharesOf(figures({ byPriority: { critical: 1, high: 1, medium: 2, low: 96 } }))).toEqual({
    critical: 0.25,
    high: 0.25,
    medium: 0.5,
  });
  expect(prioritySharesOf(figures({})).critical).toBeNull();
});

test("both languages of the alarm centre have the same places, and a word for whatever the server may say", () => {
  const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();
  const keys = Object.keys(alarmsEn) as (keyof typeof alarmsEn)[];
  expect(Object.keys(alarmsZhCN).sort()).toEqual([...keys].sort());
  for (const key of keys) {
    expect(places(alarmsZhCN[key]), key).toEqual(places(alarmsEn[key]));
    expect(alarmsZhCN[key], key).not.toBe(key === "joint" ? "" : alarmsEn[key]);
  }
  const wanted = [
    ...TransitionKind.options.map((kind) => `kind.${kind}`),
    ...SuppressionCause.options.map((cause) => `cause.${cause}`),
    ...Rule.shape.owner.options.map((owner) => `owner.${owner}`),
  ];
  expect(wanted.filter((key) => !Object.hasOwn(alarmsEn, key))).toEqual([]);
  expect(Priority.options).toHaveLength(4);
  expect(AlarmState.options).toHaveLength(8);
});
