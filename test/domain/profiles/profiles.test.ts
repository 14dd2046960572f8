import { expect, test } from "vitest";
import { CORE_POINTS } from "../../../domain/points/core-points.ts";
import type { MappedReply } from "../../../domain/profiles/compile-profile.ts";
import { findCompiledProfile, findProfile, PROFILES } from "../../../domain/profiles/index.ts";
import type { PointMapping } from "../../../domain/profiles/profile.ts";
import { mapPoints } from "../../../domain/telemetry/make-snapshot.ts";
import { changed, compiled, healthy, pathsOf, recorded, withLeaves } from "./recorded-replies.ts";

const IDS = PROFILES.map(({ id }) => id);
const DIALECTS = ["bitmain-antbox-hk3", "x-nested-x10", "x-flat-strings", "x-lab-parts"];

/** One plant state; domain rule: every dialect gives these values (C: flow by unit rounding). */
const GOLDEN = {
  supply_temp_c: 35.1,
  return_temp_c: 43.3,
  supply_temp_setpoint_c: 35,
  supply_pressure_kpa: 290,
  return_pressure_kpa: 120,
  tower_inlet_temp_c: 42.8,
  container_temp_c: 38.4,
  container_rh_pct: 31,
  total_power_kw: 921,
  circulation_pump_running: true,
  tower_fan2_running: true,
  leak_detected: false,
  miners_online: 187,
  hashrate_th: 47311,
  delta_temp_k: 8.2,
};

function mapped(id: string, replies: Record<string, unknown>): MappedReply {
  return compiled(id).map(replies);
}

test("ids are unique, and each is found", () => {
  expect(new Set(IDS).size).toBe(IDS.length);
  expect(IDS.every((id) => findProfile(id)?.id === id && findCompiledProfile(id)?.profile.id === id)).toBe(true);
  expect(findProfile("no-such")).toBeUndefined();
  expect(findCompiledProfile("no-such")).toBeUndefined();
  expect(findCompiledProfile("x-nested-x10")).toBe(findCompiledProfile("x-nested-x10"));
});

test.for(PROFILES)("profile $id maps every core point or declares it absent", ({ map, absent }) => {
  expect(CORE_POINTS.filter((point) => !(point in map) && !absent.includes(point))).toEqual([]);
});

test.for(IDS.flatMap((id) => recorded(id).cases.map((recording) => ({ id, recording }))))(
  "$id: $recording.name",
  ({ id, recording }) => {
    const { collectedAt } = recorded(id);
    const { values, quality, faults, unmapped } = mapPoints(compiled(id), recording.replies, {
      collectedAt,
      minersExpected: null,
    });
    expect({ values, quality, faults, unmapped }).toEqual(recording.snapshot);
  },
);

test.for(DIALECTS)("%s gives the golden values of the plant state", (id) => {
  const { values, quality, matchesFingerprint } = mapped(id, healthy(id));
  expect(values).toMatchObject(GOLDEN);
  expect(values.supply_flow_m3h).toBe(id === "x-flat-strings" ? 94.602 : 94.6);
  expect(values.heat_removed_kw).toBeCloseTo(885.8, 1);
  expect(values.container_dew_point_c).toBeCloseTo(18.3, 1);
  expect(values.dew_point_margin_k).toBeCloseTo(16.8, 1);
  expect(values.efficiency_j_th).toBeCloseTo(19.47, 2);
  expect(quality).toEqual({});
  expect(matchesFingerprint).toBe(true);
});

test("the leak of dialect B is bit 11 of its bitmap", () => {
  const { values, faults } = mapped(
    "x-nested-x10",
    changed(healthy("x-nested-x10"), ["status", "data", "bj"], "0x00000800"),
  );
  expect(values.leak_detected).toBe(true);
  expect(faults).toEqual([]);
});

test("dialect B sends its clock", () => {
  expect(mapped("x-nested-x10", healthy("x-nested-x10")).deviceTimeMs).toBe(1_767_088_800_000);
  const broken = changed(healthy("x-nested-x10"), ["status", "data", "sb", "ts"], 12);
  expect(mapped("x-nested-x10", broken).deviceTimeMs).toBeNull();
});

test.for(IDS)("%s reads the same from numbers and booleans as text", (id) => {
  const replies = healthy(id);
  const asText = withLeaves(replies, (leaf) => (typeof leaf === "string" ? leaf : String(leaf)));
  expect(mapped(id, asText as typeof replies)).toEqual(mapped(id, replies));
});

test.for([
  { name: "true/false", words: [true, false] },
  { name: '"true"/"false"', words: ["true", "false"] },
  { name: '"1"/"0"', words: ["1", "0"] },
  { name: "1/0", words: [1, 0] },
  { name: '" TRUE "/"False"', words: [" TRUE ", "False"] },
])("booleans as $name mean what they say", ({ words: [yes, no] }) => {
  const replies = healthy("bitmain-antbox-hk3");
  const { coolerState, ...others } = replies;
  const params = withLeaves(coolerState?.["params"], (leaf) => (leaf === true ? yes : leaf === false ? no : leaf));
  const asWords = { coolerState: { ...coolerState, params }, ...others };
  expect(mapped("bitmain-antbox-hk3", asWords)).toEqual(mapped("bitmain-antbox-hk3", replies));
});

const KEYS = IDS.flatMap((id) =>
  pathsOf(healthy(id))
    .filter((path) => path.length > 1)
    .map((path) => ({ id, path, at: path.join("/") })),
);

test.for(KEYS)("$id without $at marks its points missing and keeps the others", ({ id, path }) => {
  const whole = mapped(id, healthy(id));
  const without = mapped(id, changed(healthy(id), path, undefined));
  const fields = directlyUnder(id, path);
  for (const [name, { optional }] of Object.entries(fields)) {
    if (optional) expect(without.values).not.toHaveProperty(name);
    else
      expect([name, without.quality[name], (without.values as Record<string, unknown>)[name]]).toEqual([
        name,
        "missing",
        null,
      ]);
  }
  expect(keptOf(without, whole)).toEqual(keptOf(whole, without));
});

test.for(KEYS)("$id with null at $at marks its points missing, never of a bad type", ({ id, path }) => {
  const nulled = mapped(id, changed(healthy(id), path, null));
  expect(Object.values(nulled.quality).filter((mark) => mark === "bad_type")).toEqual([]);
  for (const [name] of Object.entries(directlyUnder(id, path)).filter(([, { from }]) =>
    [from].flat().includes(`/${path.join("/")}`),
  )) {
    expect([name, nulled.quality[name], (nulled.values as Record<string, unknown>)[name]]).toEqual([
      name,
      "missing",
      null,
    ]);
  }
});

const ANALOGUE_A = Object.entries(findProfile("bitmain-antbox-hk3")?.map ?? {}).filter(
  ([, { from, ops, optional }]) => typeof from === "string" && ops[0]?.[0] === "num" && !optional,
);

test.for(ANALOGUE_A)("%s a million times too big is out of range", ([name, { from }]) => {
  const path = String(from).slice(1).split("/");
  const raw = path.reduce(
    (json, key) => (json as Record<string, unknown>)[key],
    healthy("bitmain-antbox-hk3") as unknown,
  );
  const { values, quality } = mapped(
    "bitmain-antbox-hk3",
    changed(healthy("bitmain-antbox-hk3"), path, Number(raw) * 1e6),
  );
  expect([(values as Record<string, unknown>)[name], quality[name]]).toEqual([null, "out_of_range"]);
});

test.for([
  { point: "supply_temp_c", path: ["supply_liquid_temp"], raw: 35_100 },
  { point: "supply_pressure_kpa", path: ["supply_liquid_pressure"], raw: 290 },
  { point: "return_pressure_kpa", path: ["return_liquid_pressure"], raw: 120 },
  { point: "supply_flow_m3h", path: ["supply_liquid_flow"], raw: 94_600 },
  { point: "box1_power_kw", path: ["distribution_box1_power"], raw: 463_200_000 },
] as const)("$point × 1000 is null and out of range", ({ point, path, raw }) => {
  const replies = changed(healthy("bitmain-antbox-hk3"), ["coolerState", "params", ...path], raw);
  const { values, quality } = mapped("bitmain-antbox-hk3", replies);
  expect([values[point], quality[point]]).toEqual([null, "out_of_range"]);
});

test("a lost PLC leaves values for the screen, marks them, and takes away what is computed from them", () => {
  const { values, quality } = mapped(
    "bitmain-antbox-hk3",
    changed(healthy("bitmain-antbox-hk3"), ["coolerState", "params", "disconnect"], true),
  );
  expect([values.supply_temp_c, quality["supply_temp_c"]]).toEqual([35.1, "stale"]);
  expect([values.miners_online, quality["miners_online"]]).toEqual([187, "stale"]);
  expect([values.plc_disconnect, quality["plc_disconnect"]]).toEqual([true, undefined]);
  expect([values.heat_removed_kw, quality["heat_removed_kw"]]).toEqual([null, "missing"]);
});

test("a failed optional request leaves its points missing and the rest as it was", () => {
  const { coolerState } = healthy("bitmain-antbox-hk3");
  const { values, quality } = mapped("bitmain-antbox-hk3", { coolerState });
  expect([values.hashrate_th, quality["hashrate_th"]]).toEqual([null, "missing"]);
  expect(values.supply_temp_c).toBe(35.1);
});

test("names that every object inherits are no fields", () => {
  const hostile = JSON.parse(
    '{"coolerState":{"ok":true,"params":{"__proto__":{"supply_liquid_temp":99},"constructor":1}}}',
  );
  const { values, unmapped } = mapped("bitmain-antbox-hk3", hostile);
  expect(values.supply_temp_c).toBeNull();
  expect(unmapped).toEqual(["/coolerState/params/__proto__", "/coolerState/params/constructor"]);
  const inherited = { coolerState: { params: Object.create({ supply_liquid_temp: 35.1 }) } };
  expect(mapped("bitmain-antbox-hk3", inherited).values.supply_temp_c).toBeNull();
});

test("unknown fields are listed, escaped, cut and at most a hundred; miner details are no news", () => {
  const news = { "a/b~c": 1, [`long${"x".repeat(500)}`]: 1, "nul\u0000\ud800": 1, deep: { er: 1 } };
  const { coolerState, ...others } = healthy("bitmain-antbox-hk3");
  const withNews = (extra: object) => ({
    ...others,
    coolerState: { ...coolerState, params: { ...(coolerState?.["params"] as object), ...extra } },
  });
  const { unmapped } = mapped("bitmain-antbox-hk3", withNews(news));
  expect(unmapped).toContain("/coolerState/params/a~1b~0c");
  expect(unmapped).toContain("/coolerState/params/deep");
  expect(unmapped).toContain("/coolerState/params/nul");
  expect(unmapped).toHaveLength(4);
  expect(Math.max(...unmapped.map(({ length }) => length))).toBeLessThanOrEqual(200);
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`n${i}`, i]));
  expect(mapped("bitmain-antbox-hk3", withNews(many)).unmapped).toHaveLength(100);
});

test("the order of keys and a changed firmware do not matter to what was learnt from earlier replies", () => {
  const { coolerState, minerInfo } = healthy("bitmain-antbox-hk3");
  const before = mapped("bitmain-antbox-hk3", { coolerState, minerInfo });
  const turned = {
    minerInfo,
    coolerState: {
      ...coolerState,
      params: Object.fromEntries(Object.entries(coolerState?.["params"] as object).reverse()),
    },
  };
  expect(mapped("bitmain-antbox-hk3", turned)).toEqual(before);
  expect(mapped("bitmain-antbox-hk3", { coolerState, minerInfo })).toEqual(before);
});

test("two replies do not share their snapshots", () => {
  const first = mapped("bitmain-antbox-hk3", healthy("bitmain-antbox-hk3"));
  const copy = structuredClone(first);
  mapped("bitmain-antbox-hk3", { coolerState: { params: { supply_liquid_temp: 1, disconnect: true } } });
  expect(first).toEqual(copy);
});

test.for([
  {
    id: "bitmain-antbox-hk3",
    request: "coolerState",
    json: { ok: false, method: "coolerState", params: {} },
    cause: "not_ok",
  },
  {
    id: "bitmain-antbox-hk3",
    request: "coolerState",
    json: { ok: "true", method: "coolerState", params: {} },
    cause: "not_ok",
  },
  {
    id: "bitmain-antbox-hk3",
    request: "coolerState",
    json: { ok: true, method: "minerInfo", params: {} },
    cause: "not_ok",
  },
  {
    id: "bitmain-antbox-hk3",
    request: "coolerState",
    json: { ok: true, method: "coolerState", params: null },
    cause: "empty",
  },
  {
    id: "bitmain-antbox-hk3",
    request: "coolerState",
    json: { ok: true, method: "coolerState", params: [] },
    cause: "empty",
  },
  {
    id: "bitmain-antbox-hk3",
    request: "coolerState",
    json: { ok: true, method: "coolerState", params: {} },
    cause: null,
  },
  { id: "bitmain-antbox-hk3", request: "minerInfo", json: { ok: true, method: "minerInfo", params: {} }, cause: null },
  { id: "bitmain-antbox-hk3", request: "coolerState", json: null, cause: "bad_json" },
  { id: "bitmain-antbox-hk3", request: "coolerState", json: [], cause: "bad_json" },
  { id: "bitmain-antbox-hk3", request: "coolerState", json: "<html>", cause: "bad_json" },
  { id: "x-nested-x10", request: "status", json: { code: 1, data: {} }, cause: "not_ok" },
  { id: "x-nested-x10", request: "status", json: { code: "0", data: {} }, cause: null },
  { id: "x-nested-x10", request: "status", json: { code: 0, data: null }, cause: "empty" },
  { id: "x-flat-strings", request: "status", json: {}, cause: "empty" },
  { id: "x-flat-strings", request: "status", json: { flow: "1 L/min" }, cause: null },
])("$id judges $json as $cause", ({ id, request, json, cause }) => {
  expect(compiled(id).judge(request, json)).toBe(cause);
});

/** Points that a path feeds, itself or from below; arrays of pointers included. */
function directlyUnder(id: string, path: readonly string[]): Record<string, PointMapping> {
  const pointer = `/${path.join("/")}`;
  const isUnder = (from: string) => from === pointer || from.startsWith(`${pointer}/`);
  return Object.fromEntries(
    Object.entries(findProfile(id)?.map ?? {}).filter(([, { from }]) => [from].flat().some(isUnder)),
  );
}

/** The good values of one mapping that are good in the other, too. */
function keptOf(one: MappedReply, other: MappedReply): Record<string, unknown> {
  const isGood = (name: string) =>
    one.quality[name] === undefined && other.quality[name] === undefined && name in other.values;
  return Object.fromEntries(Object.entries(one.values).filter(([name]) => isGood(name)));
}
