import { expect, test } from "vitest";
import { compileExpression } from "../../../../domain/alarms/expression/compile-expression.ts";
import { AppError } from "../../../../domain/errors.ts";

function refusalOf(text: string): AppError {
  try {
    compileExpression(text);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error(`was not refused: ${text.slice(0, 80)}`);
}

test.for<[string, number, string, string]>([
  ["supply_tmp_c > 38", 1, "unknown-name", "supply_temp_c?"],
  ["supply_temp_c > 38 && sply_temp_c < 3", 23, "unknown-name", "supply_temp_c?"],
  ["tower_fans_runing.exists(f, f)", 1, "unknown-name", "tower_fans_running?"],
  ["power_fault", 1, "unknown-name", '"power_fault" in faults?'],
  ["tower_fans_running.exists(fan, fn)", 32, "unknown-name", "fan?"],
  ["zz > 1", 1, "unknown-name", "points of the catalogue"],
  ["supply_temp_c", 1, "wrong-type", "true or false"],
  ["tower_fans_running", 1, "wrong-type", "true or false"],
  ["supply_temp_c && true", 1, "wrong-type", "true or false"],
  ["!supply_temp_c", 2, "wrong-type", "true or false"],
  ["-leak_detected == 1", 2, "wrong-type", "a number"],
  ["leak_detected > 1", 1, "wrong-type", "a number"],
  ["1 < 2 < 3", 3, "wrong-type", "a number"],
  ["running_mode < 'b'", 1, "wrong-type", "a number"],
  ["supply_temp_c == '36'", 18, "wrong-type", "a number"],
  ["leak_detected == 1", 18, "wrong-type", "true or false"],
  ["supply_temp_c + leak_detected > 1", 17, "wrong-type", "a number"],
  ["supply_temp_c + '1' > 1", 17, "wrong-type", "a number"],
  ["leak_detected ? 1 : true", 21, "wrong-type", "a number"],
  ["leak_detected ? phase_currents_a : phase_currents_a", 17, "wrong-type", "one value"],
  ["1 ? true : false", 1, "wrong-type", "true or false"],
  ["phase_currents_a == phase_currents_a", 1, "wrong-type", "one value"],
  ["1 in 2", 6, "wrong-type", "a list"],
  ["'a' in phase_currents_a", 1, "wrong-type", "a number"],
  ["1 in [1, 'a']", 10, "wrong-type", "a number"],
  ["supply_temp_c.size() > 1", 1, "wrong-type", "a list"],
  ["supply_temp_c.exists(x, x)", 1, "wrong-type", "a list"],
  ["phase_currents_a.exists(x, x)", 28, "wrong-type", "true or false"],
  ["size(supply_temp_c) > 1", 6, "wrong-type", "a list"],
  ["has(supply_temp_c + 1)", 19, "wrong-type", "one point"],
  ["has(phase_currents_a)", 5, "wrong-type", "one point"],
  ["running_mode == 'auot'", 17, "unknown-word", "auto, manual"],
  ["'autos' == running_mode", 12, "unknown-word", "auto, manual"],
  ["valve1_position == running_mode", 20, "unknown-word", "open"],
  ["'pump_fault' in faults", 1, "unknown-word", "circulation_pump_fault"],
  ["abs(supply_temp_c) > 1", 1, "unknown-function", "has(point), size(list)"],
  ["exists(faults, f)", 1, "unknown-function", "has(point), size(list)"],
  ["phase_currents_a.map(x, x).size() > 1", 18, "unknown-function", "exists, all, filter, size"],
  ["phase_currents_a.has(x)", 18, "unknown-function", "exists, all, filter, size"],
  ["supply_temp_c.value > 1", 15, "no-field", "plain values"],
  ["supply_temp_c['x'] > 1", 14, "no-field", "exists"],
  ["supply_temp_c.(1)", 15, "syntax", "name of a function"],
  ["has()", 1, "syntax", "has of one"],
  ["has(supply_temp_c, 1)", 1, "syntax", "has of one"],
  ["faults.size(1) > 1", 8, "syntax", "list.size()"],
  ["faults.exists(f)", 8, "syntax", "list.exists(item"],
  ["faults.exists(f, true, true)", 8, "syntax", "list.exists(item"],
  ["faults.exists(1, true)", 8, "syntax", "list.exists(item"],
  ["faults.exists(supply_temp_c, true)", 15, "reserved-name", "a name of its own"],
  ["faults.exists(faults, true)", 15, "reserved-name", "a name of its own"],
  ["faults.exists(phase_currents_a, true)", 15, "reserved-name", "a name of its own"],
  ["faults.exists(size, true)", 15, "reserved-name", "a name of its own"],
  ["faults.exists(constructor, true)", 15, "reserved-name", "a name of its own"],
  ["faults.exists(f, faults.exists(f, true))", 32, "reserved-name", "a name of its own"],
  ["supply_temp_c == null", 18, "reserved-name", "has(point)"],
  ["return > 1", 1, "syntax", "a point"],
  ["1 / 2 * supply_temp_c > 1", 3, "whole-division", "decimal point"],
  ["size(faults) / 2 > 1", 14, "whole-division", "decimal point"],
  ["[] == []", 1, "syntax", "at least one"],
  ["1 in []", 6, "syntax", "at least one"],
  ["", 1, "syntax", "a point"],
  ["   ", 4, "syntax", "a point"],
  ["leak_detected leak_detected", 15, "syntax", "an operator or the end"],
  ["(leak_detected", 15, "syntax", ")"],
  ["leak_detected)", 14, "syntax", "the end"],
  ["leak_detected ? true", 21, "syntax", "colon"],
  ["faults.exists(f, true", 22, "syntax", "comma"],
  ["1 in [1", 8, "syntax", "]"],
  ["supply_temp_c >", 16, "syntax", "a point"],
  ["supply_temp_c > > 1", 17, "syntax", "a point"],
  ["leak_detected '&&' true", 15, "syntax", "an operator or the end"],
  ["leak_detected and true", 15, "bad-character", "&&"],
  ["leak_detected or true", 15, "bad-character", "||"],
  ["not leak_detected", 1, "bad-character", "!"],
  ["supply_temp_c = 36", 15, "bad-character", "=="],
  ["leak_detected & true", 15, "bad-character", "&&"],
  ["leak_detected | true", 15, "bad-character", "||"],
  ["{}", 1, "bad-character", "&&"],
  ["`x`", 1, "bad-character", "&&"],
  ["供液温度 > 1", 1, "bad-character", "&&"],
  ["\u0000", 1, "bad-character", "&&"],
  ["supply_temp_c > 36C", 17, "bad-number", "36.5"],
  ["supply_temp_c > 0x24", 17, "bad-number", "36.5"],
  ["supply_temp_c > 36u", 17, "bad-number", "36.5"],
  ["supply_temp_c > 1.2.3", 17, "bad-number", "36.5"],
  ["supply_temp_c > 36.", 17, "bad-number", "36.5"],
  ["supply_temp_c > 1e999", 17, "bad-number", "up to"],
  ["supply_temp_c > 9007199254740993", 17, "bad-number", "up to"],
  ["running_mode == 'auto", 17, "bad-text", "same line"],
  ['running_mode == "au\nto"', 17, "bad-text", "same line"],
  ["running_mode == '\\x41'", 17, "bad-text", "\\n"],
  [`firmware_version == "${"x".repeat(200)}"`, 21, "bad-text", "200 characters"],
])("%s is refused at %i: %s", ([text, position, problem, allowed]) => {
  const error = refusalOf(text);
  expect(error.code).toBe("rule.expression-invalid");
  expect(error.context).toMatchObject({ position, problem });
  expect(error.context["allowed"]).toContain(allowed);
  expect(error.message).toContain(`position ${position}`);
});

test("names what was found, shortened", () => {
  const { message, context } = refusalOf(`${"x".repeat(3000)} > 1`);
  expect(context["found"]).toHaveLength(43);
  expect(message.length).toBeLessThan(1000);
});
