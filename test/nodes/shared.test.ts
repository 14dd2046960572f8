import type { Node, NodeStatus } from "node-red";
import { afterEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { numbersFrom, unsetVariables } from "../../nodes/_shared/editor-values.ts";
import { compileCheck, problemsOf } from "../../nodes/_shared/message-check.ts";
import { createStatusDisplay, inBothLanguages } from "../../nodes/_shared/node-status.ts";

afterEach(() => vi.useRealTimers());

test.for([
  { text: "5", expected: 5 },
  { text: " 5.5 ", expected: 5.5 },
  { text: 7, expected: 7 },
  { text: "", expected: Number.NaN },
  { text: "  ", expected: Number.NaN },
  { text: "five", expected: Number.NaN },
  { text: undefined, expected: Number.NaN },
  { text: null, expected: Number.NaN },
  { text: "$" + "{LIMIT}", expected: Number.NaN },
])("the number field $text is $expected", ({ text, expected }) => {
  expect(numbersFrom({ limit: text }, ["limit"])).toEqual({ limit: expected });
});

test("variables that stay literal are named once each", () => {
  const config = { a: "$" + "{B}", b: "$" + "{A}", c: "$" + "{A}", d: "text with $" + "{C}", e: 5 };
  expect(unsetVariables(config)).toEqual(["A", "B"]);
});

test("a problem names the place, what is allowed, and the value in short", () => {
  const check = compileCheck(z.strictObject({ mode: z.enum(["on", "off"]), n: z.int().min(1) }));
  const said = (payload: unknown) => (check(payload) ? "fine" : problemsOf(check));
  expect(said({ mode: "on", n: 1 })).toBe("fine");
  expect(said({ mode: "x".repeat(100), n: 1 })).toMatch(
    /^\/mode must be equal to one of the allowed values \(".*on, off.*"\), is "x{59}…$/,
  );
  expect(said({ mode: "on", n: 0 })).toBe("/n must be >= 1, is 0");
  expect(said({ mode: "on", n: 1, more: 1 })).toContain('must NOT have additional properties ("more")');
  expect(said(undefined)).toBe("payload must be object, is undefined");
});

test("a status changes at most once a second, and the newest one is shown last", () => {
  vi.useFakeTimers();
  const shown: NodeStatus[] = [];
  const display = createStatusDisplay({ status: (status: NodeStatus) => shown.push(status) } as unknown as Node);
  for (let n = 0; n <= 20; n += 1) display.show("works", String(n));
  expect(shown.map(({ text }) => text)).toEqual(["0"]);
  vi.advanceTimersByTime(1000);
  expect(shown.map(({ text }) => text)).toEqual(["0", "20"]);
  display.show("works", "20");
  vi.advanceTimersByTime(5000);
  expect(shown).toHaveLength(2);
  display.show("broken", "x");
  expect(shown.at(-1)).toEqual({ fill: "red", shape: "ring", text: "x" });
});

test("a status with figures carries both languages", () => {
  expect(inBothLanguages("落后 {seconds} s", "behind {seconds} s", { seconds: 12 })).toBe("落后 12 s · behind 12 s");
  expect(inBothLanguages("{n}", "{n}", { n: 5 })).toBe("5");
});
