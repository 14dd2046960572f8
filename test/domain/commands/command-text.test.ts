import { expect, test } from "vitest";
import { fillText } from "../../../domain/commands/command-text.ts";

const text = { "zh-CN": "供液 {temp_c} °C", en: "supply at {temp_c} °C" };

test.for([
  { value: 35.126, zh: "供液 35.13 °C", en: "supply at 35.13 °C" },
  { value: 0, zh: "供液 0 °C", en: "supply at 0 °C" },
  { value: true, zh: "供液 是 °C", en: "supply at yes °C" },
  { value: false, zh: "供液 否 °C", en: "supply at no °C" },
  { value: "pid", zh: "供液 pid °C", en: "supply at pid °C" },
  { value: null, zh: "供液 无读数 °C", en: "supply at no reading °C" },
])("$value is said in both languages", ({ value, zh, en }) => {
  expect(fillText(text, { temp_c: value })).toEqual({ "zh-CN": zh, en });
});

test("a value that nobody gave is no reading, and names of every object are none", () => {
  expect(fillText({ "zh-CN": "{to_string}", en: "{constructor} {limit}" }, {})).toEqual({
    "zh-CN": "无读数",
    en: "no reading no reading",
  });
});
