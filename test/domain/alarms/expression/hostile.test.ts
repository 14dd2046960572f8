import fc from "fast-check";
import { expect, test } from "vitest";
import { compileExpression } from "../../../../domain/alarms/expression/compile-expression.ts";
import type { PointReading } from "../../../../domain/alarms/expression/point-reading.ts";
import { AppError } from "../../../../domain/errors.ts";
import { FAULTS } from "../../../../domain/points/faults.ts";
import { naughtyStrings } from "../../../services/naughty-strings.ts";

const problemOf = (text: string): unknown => {
  try {
    compileExpression(text);
    return "none";
  } catch (error) {
    if (error instanceof AppError && error.code === "rule.expression-invalid") return error.context["problem"];
    throw error;
  }
};
const reading = (values: object, faults: readonly string[] = []): PointReading => ({
  values,
  faults,
  unknownFaults: [],
});

test.for(["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf", "prototype", "globalThis", "process"])(
  "%s is no point, no function, no item and no list",
  (name) => {
    expect(problemOf(name)).toBe("unknown-name");
    expect(problemOf(`${name}(supply_temp_c)`)).toBe("unknown-function");
    expect(problemOf(`${name}.exists(x, true)`)).toBe("unknown-name");
    expect(problemOf(`faults.${name}(x, true)`)).toBe("unknown-function");
    expect(problemOf(`supply_temp_c.${name} == 1`)).toBe("no-field");
    expect(problemOf(`supply_temp_c["${name}"] == 1`)).toBe("no-field");
    expect(problemOf(`"${name}" in faults`)).toBe("unknown-word");
  },
);

test("prototype names as keys of the values change nothing", () => {
  const values = JSON.parse('{"__proto__": {"supply_temp_c": 99}, "constructor": 1, "toString": 2}');
  const rule = compileExpression("supply_temp_c > 38");
  expect(rule.evaluate(reading(values))).toBe(null);
  expect(rule.evaluate(reading(Object.create(null)))).toBe(null);
});

test("brackets and prefix operators nest 24 deep and no deeper", () => {
  const nested = (levels: number) => `${"(".repeat(levels)}leak_detected${")".repeat(levels)}`;
  expect(problemOf(nested(23))).toBe("none");
  expect(problemOf(nested(40))).toBe("too-deep");
  expect(problemOf(nested(4000))).toBe("too-deep");
  expect(problemOf(`${"!".repeat(4000)}leak_detected`)).toBe("too-deep");
  expect(problemOf("[".repeat(8000))).toBe("too-deep");
  expect(problemOf("leak_detected ? ".repeat(400))).toBe("too-deep");
  expect(problemOf("size(".repeat(1000))).toBe("too-deep");
});

test("a chain of 400 && is one level, and is evaluated", () => {
  const rule = compileExpression(Array(401).fill("leak_detected").join("&&"));
  expect([true, false, null].map((value) => rule.evaluate(reading({ leak_detected: value })))).toEqual([
    true,
    false,
    null,
  ]);
  expect(problemOf(Array(401).fill("1<2").join("&&"))).toBe("too-many-nodes");
  expect(problemOf(Array(401).fill("1").join("+"))).toBe("too-many-nodes");
  expect(compileExpression(`${Array(200).fill("1").join("+")} == 200`).evaluate(reading({}))).toBe(true);
});

test("long texts, lists and walks inside walks are refused", () => {
  expect(problemOf(" ".repeat(8193))).toBe("too-long");
  expect(problemOf(`1 in [${Array(256).fill("1").join()}]`)).toBe("none");
  expect(problemOf(`1 in [${Array(257).fill("1").join()}]`)).toBe("too-many-items");
  expect(problemOf(`1 in [${"1,".repeat(3000)}1]`)).toBe("too-many-items");
  const two = "faults.exists(a, faults.exists(b, a == b))";
  expect(problemOf(two)).toBe("none");
  expect(problemOf("faults.exists(a, faults.exists(b, faults.exists(c, true)))")).toBe("too-many-nested-lists");
  expect(problemOf(Array(2).fill(two).join("||"))).toBe("none");
  const costly = `faults.exists(a, faults.all(b, ${Array(5).fill("a == b").join("||")}))`;
  expect(problemOf(costly)).toBe("too-many-steps");
});

test("more faults than there are stop an evaluation: unknown, and told", () => {
  const rule = compileExpression('leak_detected || faults.exists(a, faults.exists(b, a != b && b == "power_fault"))');
  const told: string[] = [];
  const all = Object.keys(FAULTS);
  expect(rule.evaluate(reading({ leak_detected: false }, all), (fault) => told.push(fault))).toBe(true);
  expect(told).toEqual([]);
  const many = Array(200).fill("phase_failure");
  expect(rule.evaluate(reading({ leak_detected: false }, many), (fault) => told.push(fault))).toBe(null);
  expect(rule.evaluate(reading({ leak_detected: false }, Array(300).fill("x")), (fault) => told.push(fault))).toBe(
    null,
  );
  expect(told).toEqual(["too-many-steps", "list-too-long"]);
  expect(rule.evaluate(reading({ leak_detected: true }, many))).toBe(true);
  expect(rule.evaluate(reading({ leak_detected: null }, many))).toBe(null);
});

test("a question for one fault is broken off too", () => {
  const rule = compileExpression(Array(80).fill('"power_fault" in faults').join("||"));
  const told: string[] = [];
  expect(rule.evaluate(reading({}, Array(300).fill("x")), (fault) => told.push(fault))).toBe(null);
  expect(rule.evaluate(reading({}, Array(250).fill("x")), (fault) => told.push(fault))).toBe(null);
  expect(told).toEqual(["list-too-long", "too-many-steps"]);
  expect(rule.evaluate(reading({}, Object.keys(FAULTS)))).toBe(true);
});

test("no walk outlasts the budget", () => {
  const many = Array(250).fill("phase_failure");
  for (const text of [
    "faults.all(a, faults.all(b, a == b))",
    "faults.filter(a, faults.all(b, a == b)).size() > 1",
    "faults.all(a, faults.filter(b, a == b).size() > 1)",
    "faults.all(a, a in faults)",
    "faults.exists(a, faults.exists(b, a != b))",
  ]) {
    const told: string[] = [];
    expect(
      compileExpression(text).evaluate(reading({}, many), (fault) => told.push(fault)),
      text,
    ).toBe(null);
    expect(told).toEqual(["too-many-steps"]);
  }
});

test("whatever the text, it compiles or is refused by name", () => {
  const pieces = fc.constantFrom(
    ..."supply_temp_c leak_detected running_mode faults phase_currents_a x 1 2.5 'auto' \"power_fault\" true && || ! == != < > + - * / % ? : ( ) [ ] , . in has size exists all filter null".split(
      " ",
    ),
  );
  const soup = fc.array(pieces, { maxLength: 25 }).map((list) => list.join(" "));
  fc.assert(
    fc.property(fc.oneof(soup, fc.string({ unit: "binary" }), fc.constantFrom(...naughtyStrings())), (text) => {
      problemOf(text);
    }),
    { numRuns: 3000 },
  );
});
