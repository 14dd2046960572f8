import fc from "fast-check";
import { expect, test } from "vitest";
import { checkArgs } from "../../../domain/commands/check-args.ts";
import { fitAllKinds, fitKind } from "../../../domain/commands/fit-profile.ts";
import { COMMAND_KINDS, findCommandKind } from "../../../domain/commands/kinds/index.ts";
import { judgeAnswer, requestOf } from "../../../domain/commands/request-of.ts";
import type { Profile, ProfileCommand } from "../../../domain/profiles/profile.ts";
import { HK3, profileOf } from "./command-under-test.ts";

function kindOf(name: string) {
  const kind = findCommandKind(name);
  if (kind === undefined) throw new Error(name);
  return kind;
}
function vendorOf(name: string): ProfileCommand {
  const vendor = HK3.commands[name];
  if (vendor === undefined) throw new Error(name);
  return vendor;
}
const setTemp = (given: unknown) => requestOf(kindOf("set_supply_temp"), vendorOf("set_supply_temp"), given);
const call = (path: string, args: ProfileCommand["args"]): ProfileCommand => {
  return { method: "POST", path, ...(args && { args }), accepted: { pointer: "/ok", equals: true } };
};

test.for([
  ["", 35, "35"],
  ["half a degree", 35.5, "35.5"],
  ["float dirt", 35.5 + 1e-9, "35.5"],
  ["the least", 20, "20"],
  ["the most", 40, "40"],
] as const)("set-point %s %d becomes %s", ([, temp_c, written]) => {
  const made = setTemp({ temp_c });
  expect(made.request).toEqual({ method: "GET", path: `/cooler?operation=setTemp&temp=${written}` });
  expect(made.args).toEqual({ temp_c: Number(written) });
});

test.for([
  ["a text", "35"],
  ["empty text", ""],
  ["a blank", " "],
  ["null", null],
  ["missing", undefined],
  ["NaN", Number.NaN],
  ["infinity", Number.POSITIVE_INFINITY],
  ["off the grid", 35.25],
  ["below", 19.5],
  ["above", 40.5],
  ["true", true],
  ["a list", [35]],
  ["an object", { valueOf: (): number => 35 }],
  ["an injection", "35&operation=close"],
  ["a bigint", 35n],
  ["a very long text", "9".repeat(5000)],
] as const)("a set-point that is %s is refused with field, value and what is allowed", ([, temp_c]) => {
  const { request, problems } = setTemp({ temp_c });
  expect(request).toBeNull();
  expect(problems).toHaveLength(1);
  expect(problems?.[0]).toMatchObject({
    field: "args.temp_c",
    allowed: { en: "a number from 20 to 40 °C in steps of 0.5", "zh-CN": "20 到 40 °C 的数，步长 0.5" },
  });
  expect(problems?.[0]?.value.length).toBeLessThan(60);
});

test.for([null, undefined, [], "temp_c=35", 35])("arguments must be an object, not %j", (given) => {
  expect(setTemp(given).problems?.[0]?.field).toBe("args");
});

test("unknown arguments are named, every problem at once, and inherited ones do not count", () => {
  const { problems } = setTemp({ temp_c: "x", ["y".repeat(100)]: 1, constructor: 2 });
  expect(problems?.map(({ field }) => field)).toEqual([`args.${"y".repeat(40)}…`, "args.constructor", "args.temp_c"]);
  expect(setTemp(Object.create({ temp_c: 35 })).problems?.[0]).toMatchObject({
    field: "args.temp_c",
    value: "missing",
  });
  const none = checkArgs(kindOf("start_cooling"), vendorOf("start_cooling"), { a: 1 }).problems;
  expect(none?.[0]?.allowed.en).toBe("this kind takes no arguments");
});

test("the profile's limits count beside the kind's", () => {
  const narrow = call("/s?t={temp_c}", { temp_c: { min: 30, max: 36, step: 1 } });
  const check = (temp_c: number) => checkArgs(kindOf("set_supply_temp"), narrow, { temp_c });
  expect(check(36).args).toEqual({ temp_c: 36 });
  expect([29.5, 36.5, 33.5].map((temp) => check(temp).problems?.[0]?.allowed.en)).toEqual(
    Array.from({ length: 3 }, () => "a number from 30 to 36 °C in steps of 1"),
  );
  const wide = call("/s?t={temp_c}", { temp_c: { min: 0, max: 99 } });
  expect(checkArgs(kindOf("set_supply_temp"), wide, { temp_c: 40.5 }).args).toBeNull();
});

test("words are those of the kind that the profile knows, written as the vendor writes them", () => {
  const mode = (given: unknown) => requestOf(kindOf("set_temp_mode"), vendorOf("set_temp_mode"), { mode: given });
  expect(mode("pid").request?.path).toBe("/cooler?operation=setTemp&temp=pid");
  expect(mode("manual").problems?.[0]?.allowed.en).toBe("one of: pid");
  expect([mode("constructor"), mode(1), mode("PID")].map(({ request }) => request)).toEqual([null, null, null]);
});

test("flags are written by the profile's words; 0 stands beside a range; what is not taken is refused", () => {
  const pump = call("/p?on={running}", { running: { words: { true: "1", false: "0" } } });
  expect(requestOf(kindOf("set_circulation_pump"), pump, { running: false }).request?.path).toBe("/p?on=0");
  expect(checkArgs(kindOf("set_circulation_pump"), pump, { running: "true" }).problems?.[0]?.allowed.en).toBe(
    "true or false",
  );
  const other = checkArgs(kindOf("set_circulation_pump"), pump, { running: true, frequency_hz: 40 });
  expect(other.problems?.[0]?.allowed.en).toContain("does not take it");
  const onlyOn = call("/p?on={running}", { running: { words: { true: "1" } } });
  expect(checkArgs(kindOf("set_circulation_pump"), onlyOn, { running: false }).args).toBeNull();
  const fan = (min: number) =>
    call("/f?n={fan}&hz={frequency_hz}", { fan: { words: { all: "a" } }, frequency_hz: { min, max: 50 } });
  const stop = { fan: "all", frequency_hz: -0 };
  expect(requestOf(kindOf("set_tower_fan"), fan(0), stop).request?.path).toBe("/f?n=a&hz=0");
  expect(requestOf(kindOf("set_tower_fan"), fan(15), stop).problems?.[0]?.allowed.en).toMatch(/^0 or a number from 15/);
  expect(requestOf(kindOf("set_tower_fan"), fan(0), { fan: "all", frequency_hz: 14 }).request).toBeNull();
});

test("platform arguments are checked and never sent", () => {
  const reset = (given: unknown) => requestOf(kindOf("reset_alarm"), vendorOf("reset_alarm"), given);
  expect(reset({ inspected_on_site: true })).toMatchObject({
    request: { path: "/cooler?operation=reset" },
    args: { inspected_on_site: true },
  });
  expect(reset({}).args).toEqual({});
  expect(reset({ inspected_on_site: "yes" }).request).toBeNull();
});

test("law: nothing but a number of the grid ever gets into the path", () => {
  fc.assert(
    fc.property(fc.anything(), (temp_c) => {
      const { request } = setTemp({ temp_c });
      if (request !== null) expect(request.path).toMatch(/^\/cooler\?operation=setTemp&temp=(2\d|3\d|40)(\.5)?$/);
    }),
  );
});

test.for([
  [{ ok: true, method: "open" }, "accepted"],
  [{ ok: false }, "refused"],
  [{ ok: "true" }, "refused"],
  [{}, "unclear"],
  [{ ok: null }, "unclear"],
  [undefined, "unclear"],
  [null, "unclear"],
  ["ok", "unclear"],
  [Object.create({ ok: true }), "unclear"],
] as const)("the answer %j is %s", ([body, said]) => {
  expect(judgeAnswer(vendorOf("start_cooling"), body)).toBe(said);
});

const SHIPPED = ["start_cooling", "stop_cooling", "set_supply_temp", "set_temp_mode", "reset_alarm", "emergency_stop"];
test.for(["bitmain-antbox-hk3", "bitmain-antspace-immersion"])("%s can use the shipped kinds and no other", (id) => {
  const usable = Object.entries(fitAllKinds(profileOf(id))).filter(([, { unusable }]) => unusable === null);
  expect(usable.map(([name]) => name)).toEqual(SHIPPED);
});

test("why a kind cannot be used", () => {
  const withCall = (name: string, command: ProfileCommand, more: Partial<Profile> = {}): Profile => {
    return { ...HK3, ...more, commands: { [name]: command } };
  };
  expect(fitKind("constructor", HK3).unusable).toBe("no-such-kind");
  expect(fitKind("refill", HK3).unusable).toBe("no-vendor-call");
  const differ: readonly [string, ProfileCommand][] = [
    ["set_supply_temp", call("/s", undefined)],
    ["set_supply_temp", call("/s?t={temp_c}", { temp_c: { words: { a: "a" } } })],
    ["set_temp_mode", call("/s?m={mode}", { mode: { min: 0, max: 1 } })],
    ["start_cooling", call("/s?x={x}", { x: { min: 0, max: 1 } })],
    ["reset_alarm", call("/s?i={inspected_on_site}", { inspected_on_site: { words: { true: "1" } } })],
  ];
  for (const [name, command] of differ)
    expect(fitKind(name, withCall(name, command)).unusable).toBe("arguments-differ");
  const blind = withCall("set_temp_mode", vendorOf("set_temp_mode"), { map: {}, faults: {} });
  expect(fitKind("set_temp_mode", blind).unusable).toBe("no-read-back");
  expect(
    fitKind("set_mode", withCall("set_mode", call("/m?m={mode}", { mode: { words: { auto: "a", manual: "m" } } })))
      .unusable,
  ).toBeNull();
});

const UNITS: Readonly<Record<string, string>> = { "°C": "_c", Hz: "_hz", min: "_min", L: "_l" };
test.for(Object.entries(COMMAND_KINDS))(
  "%s is whole: texts in both languages, units in names, overrides of its own interlocks",
  ([, kind]) => {
    const texts = [kind.title, kind.does, kind.onSite, ...Object.values(kind.args).map(({ label }) => label)];
    const all = [
      ...texts,
      ...kind.effect.map(({ title }) => title),
      ...kind.interlocks.flatMap(({ title, refused }) => [title, refused]),
    ];
    for (const text of all) {
      expect(text["zh-CN"]).toMatch(/[\u4e00-\u9fff]|PID/);
      expect(text.en).toMatch(/[A-Za-z]/);
    }
    for (const [name, argument] of Object.entries(kind.args)) {
      if (argument.type === "number" && argument.unit !== "")
        expect(name.endsWith(UNITS[argument.unit] ?? "?")).toBe(true);
    }
    const ids = kind.interlocks.map(({ id }) => id);
    expect(Object.keys(kind.overrides).filter((id) => !ids.includes(id))).toEqual([]);
    expect(kind.effect.length).toBeGreaterThan(0);
    expect(kind.expiresInS).toBe(60);
  },
);

test("only the set-point goes to several sites, and only the stop needs a second person", () => {
  const named = (is: (name: string) => boolean) => Object.keys(COMMAND_KINDS).filter(is);
  expect(named((name) => kindOf(name).mostSites > 1)).toEqual(["set_supply_temp"]);
  expect(named((name) => kindOf(name).needsSecondPerson)).toEqual(["stop_cooling"]);
  expect(kindOf("set_supply_temp").mostSites).toBe(10);
});
