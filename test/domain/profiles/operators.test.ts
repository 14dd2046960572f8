import { expect, test } from "vitest";
import { compileOperators, compileSentinels, within } from "../../../domain/profiles/compile-operators.ts";
import type { Operator } from "../../../domain/profiles/operator.ts";
import { createBitReader } from "../../../domain/profiles/read-bits.ts";
import { BAD_TYPE, MISSING, OUT_OF_RANGE } from "../../../domain/profiles/reading.ts";

function read(ops: Operator[], value: unknown): unknown {
  return compileOperators(ops, createBitReader())(value);
}

test.for([
  [35.1, 35.1],
  [-5, -5],
  ["35.1℃", 35.1],
  ["43.3 ℃", 43.3],
  [" -7.25 ", -7.25],
  ["+3", 3],
  ["31%", 31],
  ["1.20bar", 1.2],
  ["5 kPa", 5],
  ["", BAD_TYPE],
  [" ", BAD_TYPE],
  ["NaN", BAD_TYPE],
  ["Infinity", BAD_TYPE],
  [Number.NaN, BAD_TYPE],
  [Number.POSITIVE_INFINITY, BAD_TYPE],
  [true, BAD_TYPE],
  ["1e3", BAD_TYPE],
  ["0x10", BAD_TYPE],
  ["35,1", BAD_TYPE],
  ["35.", BAD_TYPE],
  [".5", BAD_TYPE],
  ["1.2.3", BAD_TYPE],
  ["--1", BAD_TYPE],
  ["5<b>", BAD_TYPE],
  ["<img onerror=alert(1)>", BAD_TYPE],
  ["1".repeat(400), BAD_TYPE],
  [{}, BAD_TYPE],
  [[1], BAD_TYPE],
] as const)("num reads %j as %s", ([value, expected]) => {
  expect(read([["num"]], value)).toBe(expected);
});

test("a number is never −0", () => {
  expect([-0, "-0", "-0.0"].map((value) => Object.is(read([["num"]], value), 0))).toEqual([true, true, true]);
  expect(Object.is(read([["num"], ["scale", 1e-9]], -1), 0)).toBe(true);
});

test.for([
  ["2.90 bar", "bar", 2.9],
  ["2.90", "bar", 2.9],
  [2.9, "bar", 2.9],
  ["290 kPa", "bar", BAD_TYPE],
  ["2.9 BAR", "bar", BAD_TYPE],
  ["35.1℃", "°C", 35.1],
  ["94.6 m3/h", "m³/h", 94.6],
  ["94.6 m³/h", "m³/h", 94.6],
  ["94.6 m3", "m³/h", BAD_TYPE],
  ["31 %RH", ["%", "%RH"], 31],
  ["31 <%", ["%", "%RH"], BAD_TYPE],
] as const)("num reads %j under the unit %j as %s", ([value, unit, expected]) => {
  expect(read([["num", typeof unit === "string" ? unit : [...unit]]], value)).toBe(expected);
});

test("a unit that was right before does not make a wrong one right", () => {
  const step = compileOperators([["num", "bar"]], createBitReader());
  expect([step("1 bar"), step("1 kPa"), step("1 bar"), step("1")]).toEqual([1, BAD_TYPE, 1, 1]);
});

test("scale and offset round to six decimals", () => {
  expect(read([["num"], ["scale", 1000]], 0.29)).toBe(290);
  expect(read([["num"], ["scale", 0.1]], 433)).toBe(43.3);
  expect(read([["num"], ["offset", -273.15]], 308.25)).toBe(35.1);
  expect(read([["num"], ["scale", 1e300]], 1e300)).toBe(OUT_OF_RANGE);
});

test.for([
  ...["true", "1", "on", "y", "run", "open", " ON ", "Y", 1, true].map((value) => [value, true] as const),
  ...["false", "0", "off", "n", "stop", "close", "N", 0, false].map((value) => [value, false] as const),
  ...["", " ", "null", "2", 2, -1, "yes", {}, [], [true], "x".repeat(100)].map((value) => [value, BAD_TYPE] as const),
])("bool reads %j as %s", ([value, expected]) => {
  expect(read([["bool"]], value)).toBe(expected);
});

test("bool with lists of its own knows no others", () => {
  const valve: Operator[] = [["bool", { true: ["opened"], false: ["shut"] }]];
  expect(["opened", "SHUT", "open", true, 1].map((value) => read(valve, value))).toEqual([
    true,
    false,
    BAD_TYPE,
    BAD_TYPE,
    BAD_TYPE,
  ]);
});

test("enum knows its words only", () => {
  const mode: Operator[] = [["enum", { AUTO: "auto", true: "auto", 0: "manual" }]];
  expect(["AUTO", " auto", true, 0, "x", "", false, "constructor"].map((value) => read(mode, value))).toEqual([
    "auto",
    "auto",
    "auto",
    "manual",
    BAD_TYPE,
    BAD_TYPE,
    BAD_TYPE,
    BAD_TYPE,
  ]);
});

test.for([
  ["0x00000800", 11, true],
  ["0x00000800", 10, false],
  ["2048", 11, true],
  [2048, 11, true],
  [" 0x800 ", 11, true],
  ["0x80000000", 31, true],
  [0x80000000, 31, true],
  [-0x80000000, 31, true],
  [-1, 0, true],
  ["0x100000000", 32, true],
  ["0x100000000", 0, false],
  [2 ** 40, 40, true],
  [2 ** 40, 8, false],
  ["0x80000000000000000000", 79, true],
  ["18446744073709551616", 64, true],
  [0, 0, false],
  ["", 0, BAD_TYPE],
  [" ", 0, BAD_TYPE],
  ["00000800h", 0, BAD_TYPE],
  ["0x", 0, BAD_TYPE],
  [1.5, 0, BAD_TYPE],
  [2 ** 60, 0, BAD_TYPE],
  [-(2 ** 40), 0, BAD_TYPE],
  [Number.NaN, 0, BAD_TYPE],
  [true, 0, BAD_TYPE],
  [{}, 0, BAD_TYPE],
] as const)("bit of %j at %d is %s", ([value, bit, expected]) => {
  expect(read([["bit", bit]], value)).toBe(expected);
});

test("the bit reader does not answer from an earlier bitmap", () => {
  const readBit = createBitReader();
  const [first, second] = [readBit(0), readBit(1)];
  expect([first("0x1"), second("0x1"), first("0x2"), second("0x2"), first(""), second("0x3")]).toEqual([
    true,
    false,
    false,
    true,
    BAD_TYPE,
    true,
  ]);
});

test.for([
  [[1, 0, 1], 1, false],
  ["1,0, 1", 2, true],
  ["1,0", 2, MISSING],
  [[1], 1, MISSING],
  [[null], 0, MISSING],
  ["1,,1", 1, BAD_TYPE],
  ["", 0, BAD_TYPE],
  [5, 0, BAD_TYPE],
  [{ 0: 1 }, 0, BAD_TYPE],
] as const)("element of %j at %d is %s", ([value, index, expected]) => {
  const element = read([["idx", index]], value);
  expect(element === null ? MISSING : typeof element === "symbol" ? element : read([["bool"]], element)).toBe(expected);
});

test.for([
  ["", false],
  ["E04", true],
  ["E01, e04", true],
  ["E041", false],
  [["E04"], true],
  [[], false],
  [4, false],
  [{}, BAD_TYPE],
  [true, BAD_TYPE],
] as const)("code E04 in %j: %s", ([value, expected]) => {
  expect(read([["has", "E04"]], value)).toBe(expected);
});

test("sum, min and any take lists, and one missing element takes all", () => {
  const sum: Operator[] = [["each", "num"], ["sum"], ["scale", 0.001]];
  expect(read(sum, [463_200, "457800"])).toBe(921);
  expect(read(sum, [463_200, null])).toBe(MISSING);
  expect(read(sum, [463_200, "x"])).toBe(BAD_TYPE);
  expect(read(sum, 463_200)).toBe(BAD_TYPE);
  expect(read(sum, [])).toBe(MISSING);
  expect(read([["each", "num", "%"], ["min"]], ["80 %", 81])).toBe(80);
  expect(read([["each", "bool"], ["any"]], [0, "on"])).toBe(true);
  expect(read([["each", "bool"], ["any"]], [0, ""])).toBe(BAD_TYPE);
});

test("two contacts make a valve position", () => {
  const words = { "true false": "open", "false true": "closed" };
  expect(
    read(
      [
        ["each", "bool"],
        ["concat", " "],
        ["enum", words],
      ],
      ["1", 0],
    ),
  ).toBe("open");
});

test("text is trimmed, cut and freed of what a database refuses", () => {
  expect(read([["text"]], " V5.2\u0000.1\ud800 ")).toBe("V5.2.1");
  expect(String(read([["text"]], "x".repeat(5000)))).toHaveLength(200);
  expect([5, "", {}, true].map((value) => read([["text"]], value))).toEqual(["5", MISSING, BAD_TYPE, "true"]);
  expect(String(read([["concat", "-"]], ["a", 1, "b"]))).toBe("a-1-b");
});

test("epoch gives milliseconds of this century", () => {
  expect(read([["epoch", "s"]], "1767088800")).toBe(1_767_088_800_000);
  expect(read([["epoch", "ms"]], 1_767_088_800_000)).toBe(1_767_088_800_000);
  expect([0, -1, 1e12].map((value) => read([["epoch", "s"]], value))).toEqual([
    OUT_OF_RANGE,
    OUT_OF_RANGE,
    OUT_OF_RANGE,
  ]);
});

test.for([
  [-100_001, MISSING],
  ["-100001", MISSING],
  [-100_000, -100_000],
  [65_535, MISSING],
  ["65535", MISSING],
  ["--", MISSING],
  ["-", "-"],
  [58, 58],
  [false, false],
  [null, null],
] as const)("sentinels turn %j into %s", ([value, expected]) => {
  const step = compileSentinels([{ below: -100_000 }, { equals: 65_535 }, { equals: "--" }]);
  expect(step?.(value)).toBe(expected);
});

test("limits are inclusive, and open where they are null", () => {
  const step = within(-40, 120);
  expect([-40, 120, -40.1, 120.1].map(step)).toEqual([-40, 120, OUT_OF_RANGE, OUT_OF_RANGE]);
  expect(within(0, null)(1e300)).toBe(1e300);
});
