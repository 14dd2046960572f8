// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { bulkKinds, commonKind, sitesFor, waveSizes, wholeIn } from "../../dashboard/command-page/bulk-draft.ts";
import { commandPath, parseCommandView } from "../../dashboard/command-page/command-view.ts";
import type { KindItem, KindMap } from "../../dashboard/commands/command-text.ts";
import { waitingKey } from "../../dashboard/composables/use-waiting-commands.ts";
import { commandPageEn } from "../../dashboard/locales/command-page-en.ts";
import { commandPageZhCN } from "../../dashboard/locales/command-page-zh-CN.ts";
import { commandWritesEn } from "../../dashboard/locales/command-writes-en.ts";
import { commandWritesZhCN } from "../../dashboard/locales/command-writes-zh-CN.ts";
import { planBulk } from "../../domain/commands/bulk-plan.ts";
import { findCommandKind } from "../../domain/commands/kinds/index.ts";
import type { LiveCommands } from "../../domain/live/live-commands.ts";
import type { SiteSummary } from "../../domain/sites/site-summary.ts";

const ID = "019ab3f0-6c00-7c3e-9a11-5d2f0f6c9d11";
const viewOf = (query: string) => parseCommandView(new URLSearchParams(query));

test("an address that anybody may have written shows something, and a view has one address", () => {
  const hostile = viewOf(
    `?tab=<script>&state=none&site=../etc&kind=DROP&days=-1&command=1&batch=x&by=${"a".repeat(500)}`,
  );
  expect(hostile).toMatchObject({ tab: "inbox", state: "all", site: "", kind: "", days: 7, command: "", batch: "" });
  expect(hostile.by.length).toBeLessThanOrEqual(120);
  const path = `/dashboard/commands?tab=history&state=bad&site=site-001&kind=set_supply_temp&by=li.wei&days=0&command=${ID}`;
  expect(commandPath(viewOf(path.split("?")[1] ?? ""))).toBe(path);
  expect(commandPath(viewOf(""))).toBe("/dashboard/commands");
});

test("the waves on the screen are those that the server makes", () => {
  const kind = findCommandKind("set_supply_temp") ?? expect.fail("there is no such kind");
  for (const [sites, canary, wave] of [
    [1, 1, 4],
    [50, 3, 10],
    [12, 5, 5],
    [4, 9, 1],
    [10, 1, 1],
  ] as const) {
    const ids = Array.from({ length: sites }, (_, at) => `site-${at}`);
    const plan = planBulk(kind, ids, { canarySites: canary, waveSites: wave, pauseS: 0, mostSites: 200 });
    if (typeof plan === "string") expect.fail(plan);
    expect(waveSizes(sites, canary, wave)).toEqual(plan.waves.map(({ length }) => length));
  }
  expect(waveSizes(0, 1, 4)).toEqual([]);
});

test("a size is a whole number of its range, however it is typed", () => {
  expect([" 7 ", "1", "50"].map((text) => wholeIn(text, 1, 50))).toEqual([7, 1, 50]);
  for (const text of ["", "0", "51", "1.5", "1e1", "-1", "x"]) expect(wholeIn(text, 1, 50)).toBeNull();
});

const both = (text: string) => ({ "zh-CN": text, en: text });
function kindOf(own: Partial<KindItem>, temp: { min: number; max: number; step: number }): KindMap {
  const argument = { type: "number", label: both("t"), isOptional: false, unit: "°C", also: [], words: {}, ...temp };
  const kind = {
    kind: "set_supply_temp",
    title: both("k"),
    isUsable: true,
    mostSites: 10,
    needsSecondPerson: false,
    args: { temp_c: argument },
    ...own,
  };
  return new Map([["set_supply_temp", kind as unknown as KindItem]]);
}
const site = (id: string, profile: string, enabled = true) => ({ id, profile, enabled }) as SiteSummary;

test("only what every chosen controller takes is offered", () => {
  const byProfile = new Map([
    ["a", kindOf({}, { min: 20, max: 40, step: 0.5 })],
    ["b", kindOf({}, { min: 25, max: 38, step: 1 })],
    ["unusable", kindOf({ isUsable: false }, { min: 0, max: 99, step: 1 })],
    ["alone", kindOf({ mostSites: 1 }, { min: 0, max: 99, step: 1 })],
    ["two-people", kindOf({ needsSecondPerson: true }, { min: 0, max: 99, step: 1 })],
  ]);
  expect(bulkKinds(byProfile).map(({ kind }) => kind)).toEqual(["set_supply_temp"]);
  expect(commonKind("set_supply_temp", ["a", "b"], byProfile)?.args["temp_c"]).toMatchObject({
    min: 25,
    max: 38,
    step: 1,
  });
  expect(commonKind("set_supply_temp", ["unusable"], byProfile)).toBeNull();
  const sites = [...byProfile.keys()].map((profile) => site(profile, profile));
  const found = sitesFor("set_supply_temp", [...sites, site("off", "a", false), site("odd", "none")], byProfile);
  expect(found.map(({ id }) => id)).toEqual(["a", "b"]);
});

test("the count of what waits is read anew when something comes or goes, and at no other change", () => {
  const live = (...states: string[]) =>
    new Map(states.map((state, at) => [String(at), { id: String(at), state, change: at }])) as unknown as LiveCommands;
  expect(waitingKey(null)).toBe(waitingKey(live("sent", "verified")));
  expect(waitingKey(live("waiting_approval", "sent"))).toBe(waitingKey(live("waiting_approval", "verified")));
  expect(waitingKey(live("waiting_approval"))).not.toBe(waitingKey(live("queued")));
  expect(waitingKey(live("sent"))).not.toBe(waitingKey(live("unknown")));
});

test("both languages have the same places in every text", () => {
  const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();
  for (const [en, zh] of [
    [commandPageEn, commandPageZhCN],
    [commandWritesEn, commandWritesZhCN],
  ] as const) {
    for (const [key, text] of Object.entries(en)) {
      expect(places((zh as Record<string, string>)[key] ?? ""), key).toEqual(places(text));
    }
  }
});
