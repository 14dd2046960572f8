import { expect, test } from "vitest";
import { en } from "../../dashboard/locales/en.ts";
import { zhCN } from "../../dashboard/locales/zh-CN.ts";
import { LOGIN_TEXTS } from "../../dashboard/login/texts.ts";
import { FailureCause } from "../../domain/collection/failure-cause.ts";
import { POINT_NAMES, POINTS } from "../../domain/points/catalogue.ts";
import { CONTROLLER_FAULTS, FAULT_POINTS, faultDefinition } from "../../domain/points/fault-labels.ts";
import { PointGroup } from "../../domain/points/point.ts";
import { PROFILES } from "../../domain/profiles/index.ts";
import { QualityMark } from "../../domain/telemetry/quality.ts";
import { SiteHealth } from "../../domain/telemetry/site-health.ts";

const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();

test("both languages have the same keys, none empty, with the same places", () => {
  expect(Object.keys(zhCN).sort()).toEqual(Object.keys(en).sort());
  for (const [key, text] of Object.entries(en)) {
    const chinese = zhCN[key as keyof typeof en];
    expect(text.trim(), key).not.toBe("");
    expect(chinese.trim(), key).not.toBe("");
    expect(places(chinese), key).toEqual(places(text));
  }
  expect(Object.keys(LOGIN_TEXTS["zh-CN"])).toEqual(Object.keys(LOGIN_TEXTS.en));
});

test("the Chinese texts are Chinese", () => {
  const same = Object.entries(zhCN).filter(([key, text]) => text === en[key as keyof typeof en] && !/^\{/.test(text));
  expect(same).toEqual([]);
});

test("every word that data can bring has a text", () => {
  const keys = new Set(Object.keys(en));
  const wanted = [
    ...FailureCause.options.map((cause) => `cause.${cause}`),
    "cause.ok",
    "cause.late",
    ...QualityMark.options.map((mark) => `quality.${mark}`),
    ...SiteHealth.options.map((health) => `health.${health}`),
    ...PointGroup.options.map((group) => `group.${group}`),
    ...["closed", "suspect", "open"].map((state) => `breaker.${state}`),
    ...POINT_NAMES.flatMap((name) => POINTS[name].words ?? []).map((word) => `value.${word}`),
  ];
  expect(wanted.filter((key) => !keys.has(key))).toEqual([]);
});

test("every fault that a profile can raise has a label of its own, short enough for a tile", () => {
  const known = new Set([...Object.keys(FAULT_POINTS), ...Object.keys(CONTROLLER_FAULTS)]);
  const raised = PROFILES.flatMap((profile) => Object.keys(profile.faults));
  expect(raised.length).toBeGreaterThan(10);
  expect([...new Set(raised)].filter((name) => !known.has(name))).toEqual([]);
  for (const name of known) expect(faultDefinition(name).short.en.length, name).toBeLessThanOrEqual(19);
});

test("fault points are points", () => {
  expect(Object.keys(FAULT_POINTS).filter((name) => !(name in POINTS))).toEqual([]);
});

test("an unknown fault is shown under its own name", () => {
  expect(faultDefinition("new_thing_fault").label).toEqual({ "zh-CN": "new thing fault", en: "New thing fault" });
  expect(faultDefinition("constructor").severity).toBe(3);
});
