import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { AppError } from "../../../domain/errors.ts";
import { compileProfile } from "../../../domain/profiles/compile-profile.ts";
import { parseProfile } from "../../../domain/profiles/parse-profile.ts";
import { changed } from "./recorded-replies.ts";

const FILE = "x-nested-x10.json";
const good: Record<string, unknown> = JSON.parse(
  readFileSync(new URL(`../../../domain/profiles/${FILE}`, import.meta.url), "utf8"),
);

function messageOf(json: unknown): string {
  try {
    parseProfile(FILE, json);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe("profile.invalid");
    return (error as AppError).message;
  }
  return "accepted";
}

test("the shipped file is accepted", () => {
  expect(messageOf(good)).toBe("accepted");
});

test.for([
  {
    name: "a core point neither mapped nor absent",
    path: ["map", "supply_temp_c"],
    value: undefined,
    says: "map.supply_temp_c: core point is neither mapped nor listed under absent",
  },
  {
    name: "a core point mapped and absent at once",
    path: ["absent"],
    value: ["running_mode", "leak_detected"],
    says: '"leak_detected" is mapped and absent at once',
  },
  {
    name: "an optional core point",
    path: ["map", "supply_temp_c", "optional"],
    value: true,
    says: "map.supply_temp_c.optional: a core point cannot be optional",
  },
  {
    name: "no faults at all",
    path: ["faults"],
    value: {},
    says: 'faults: map at least one fault, or list "faults" under absent',
  },
  {
    name: "faults mapped and absent",
    path: ["absent"],
    value: ["running_mode", "faults"],
    says: "faults: map at least one fault",
  },
  {
    name: "an unknown point",
    path: ["map", "suply_temp_c"],
    value: { from: "/status/x" },
    says: 'x-nested-x10.json: map: Unrecognized key: "suply_temp_c"',
  },
  { name: "an unknown fault", path: ["faults", "no_such_fault"], value: { from: "/status/x" }, says: "faults" },
  { name: "an unknown key", path: ["scripts"], value: [], says: 'Unrecognized key: "scripts"' },
  {
    name: "an unknown operator",
    path: ["map", "supply_temp_c", "ops"],
    value: [["eval", "1"]],
    says: "map.supply_temp_c.ops.0: must be [operator, argument]",
  },
  {
    name: "a wider range",
    path: ["map", "supply_temp_c", "range"],
    value: [-50, 120],
    says: "map.supply_temp_c.range: may only tighten the hard limits -40…120",
  },
  { name: "an open range", path: ["map", "supply_temp_c", "range"], value: [null, 60], says: "may only tighten" },
  {
    name: "a range upside down",
    path: ["map", "supply_temp_c", "range"],
    value: [60, 10],
    says: "low must be below high",
  },
  {
    name: "a range on a switch",
    path: ["map", "leak_detected", "range"],
    value: [0, 1],
    says: "map.leak_detected.range: only a number has a range",
  },
  {
    name: "a boolean for a number",
    path: ["map", "supply_temp_c", "ops"],
    value: [["bool"]],
    says: "map.supply_temp_c.ops: must end in a num, ends in a bool",
  },
  {
    name: "a scale of raw text",
    path: ["map", "supply_temp_c", "ops"],
    value: [["scale", 2]],
    says: 'operator "scale" cannot take a raw',
  },
  {
    name: "a sum of one pointer",
    path: ["map", "supply_temp_c", "ops"],
    value: [["num"], ["sum"]],
    says: 'operator "sum" cannot take a num',
  },
  {
    name: "a fault that ends in a number",
    path: ["faults", "power_fault", "ops"],
    value: [["num"]],
    says: "faults.power_fault.ops: must end in a bool",
  },
  {
    name: "a pointer without its request",
    path: ["map", "supply_temp_c", "from"],
    value: "/data/gy/gywd",
    says: '"/data/gy/gywd" must start with the name of a request: status',
  },
  {
    name: "a pointer that is none",
    path: ["map", "supply_temp_c", "from"],
    value: "data.gy",
    says: "map.supply_temp_c.from",
  },
  {
    name: "a point of the collector",
    path: ["map", "poll_latency_ms"],
    value: { from: "/status/x" },
    says: "map.poll_latency_ms: the collector fills this point",
  },
  {
    name: "a word that the point does not know",
    path: ["map", "valve1_position"],
    value: { from: "/status/v", ops: [["enum", { 1: "ajar" }]] },
    says: 'map.valve1_position.ops: "ajar" is not one of open, closed, moving, unknown',
  },
  {
    name: "a device time that is no time",
    path: ["device_time", "ops"],
    value: [["num"]],
    says: "device_time.ops: must end in a epoch",
  },
  { name: "a request that writes", path: ["requests", 0, "method"], value: "POST", says: "requests.0.method" },
  {
    name: "a request named twice",
    path: ["requests", 1],
    value: { name: "status", method: "GET", path: "/x" },
    says: 'requests.1.name: "status" is used twice',
  },
  {
    name: "a whole URL for a path",
    path: ["requests", 0, "path"],
    value: "http://elsewhere/",
    says: "requests.0.path: must start with / and hold no blanks",
  },
  {
    name: "a command with a hole",
    path: ["commands"],
    value: { stop: { method: "GET", path: "/x?t={t}", accepted: { pointer: "/ok", equals: true } } },
    says: "commands.stop.path: {t} is no argument",
  },
])("refused, with file and field: $name", ({ path, value, says }) => {
  const message = messageOf(changed(good, path, value));
  expect(message).toContain(says);
  expect(message.startsWith(`${FILE}: `)).toBe(true);
});

test("the message shows a wrong value shortened, and counts what it leaves out", () => {
  expect(messageOf(changed(good, ["id"], `X${"y".repeat(300)}`))).toMatch(/ \(is "Xy{58}…\)/);
  expect(messageOf({ ...good, map: {} })).toMatch(/and \d+ more$/);
});

test("anything else is refused, too", () => {
  for (const json of [null, [], "x", 1]) expect(messageOf(json)).toContain(`${FILE}: profile: `);
});

test("a tightened range, an estimate and an optional point do what they say", () => {
  const changedMap = {
    ...(good["map"] as object),
    supply_temp_c: { from: "/status/data/gy/gywd", ops: [["num"], ["scale", 0.1]], range: [10, 60], estimated: true },
    tank_level_pct: { from: "/status/data/level", optional: true },
  };
  const { map } = compileProfile(parseProfile(FILE, { ...good, map: changedMap }));
  const at = (gywd: unknown, level?: unknown) => map({ status: { data: { gy: { gywd, hywd: 433 }, level } } });
  expect(at(351).quality["supply_temp_c"]).toBe("estimated");
  expect(at(351).quality["delta_temp_k"]).toBe("estimated");
  expect(at(351).values.delta_temp_k).toBe(8.2);
  expect(at(651).quality["supply_temp_c"]).toBe("out_of_range");
  expect(at(651).quality["delta_temp_k"]).toBe("missing");
  expect(at(351).values).not.toHaveProperty("tank_level_pct");
  expect(at(351, 80).values.tank_level_pct).toBe(80);
  expect(at(351, null).quality["tank_level_pct"]).toBe("missing");
});
