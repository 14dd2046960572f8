import fc from "fast-check";
import { expect, test } from "vitest";
import { ROLES } from "../../../domain/access/session-user.ts";
import { CommandFinding } from "../../../domain/commands/command.ts";
import { describeFinding } from "../../../domain/commands/describe-finding.ts";
import { COMMAND_KINDS } from "../../../domain/commands/kinds/index.ts";
import { ask, findingOf } from "./command-under-test.ts";

const LOADED = { reading: { values: { total_power_kw: 900 } }, overrides: ["it-power", "pump-overrun"] };

test("an emergency stop under load goes with an override, a reason and the role", () => {
  const { verdict, findings, deniedOverrides } = ask("stop_cooling", { ...LOADED, role: "engineer" });
  expect({ verdict, deniedOverrides }).toEqual({ verdict: "allowed", deniedOverrides: [] });
  expect(findingOf(findings, "it-power")).toMatchObject({
    result: "overridden",
    limit: 51.5,
    values: { load_kw: 900 },
  });
  const overridden = findingOf(findings, "pump-overrun");
  expect(overridden && describeFinding("stop_cooling", overridden).en).toContain("overridden as an emergency");
});

test.for([
  ["an operator", { role: "operator" as const }, ["role", "role"]],
  ["no reason", { reason: " " }, ["no-reason", "no-reason"]],
  ["null as reason", { reason: null }, ["no-reason", "no-reason"]],
] as const)("no override with %s", ([, more, whys]) => {
  const { verdict, deniedOverrides } = ask("stop_cooling", { ...LOADED, role: "engineer", ...more });
  expect(verdict).toBe("refused");
  expect(deniedOverrides.map(({ why }) => why)).toEqual(whys);
});

test("an override of one interlock leaves the others", () => {
  const { verdict, findings } = ask("stop_cooling", { ...LOADED, overrides: ["it-power"] });
  expect(verdict).toBe("refused");
  expect(findings.filter(({ result }) => result === "refused").map(({ id }) => id)).toEqual(["pump-overrun"]);
});

test("a lock, a switch, the role and old data cannot be overridden", () => {
  const ids = ["maintenance-lock", "writes-on", "role", "fresh-data"];
  const asked = { overrides: ids, role: "viewer" as const, reading: { ageS: 60 } };
  const site = { isWritable: false, lock: { by: "li", reason: "seal" } };
  const { verdict, deniedOverrides } = ask("stop_cooling", { ...asked, site });
  expect(verdict).toBe("refused");
  expect(deniedOverrides).toEqual(ids.map((id) => ({ id, why: "not-overridable" })));
});

test("a sensor that is absent can be overridden where a reading against it cannot", () => {
  const overrides = ["return-pressure"];
  expect(ask("start_cooling", { overrides, reading: { values: { return_pressure_kpa: null } } }).verdict).toBe(
    "allowed",
  );
  const low = ask("start_cooling", { overrides, reading: { values: { return_pressure_kpa: 20 } } });
  expect(low).toMatchObject({ verdict: "refused", deniedOverrides: [{ id: "return-pressure", why: "measured" }] });
});

test("an override that is not needed is none, and one of nothing is told", () => {
  const { verdict, findings, deniedOverrides } = ask("stop_cooling", {
    overrides: ["it-power", "constructor", "leak"],
  });
  expect(verdict).toBe("allowed");
  expect(findingOf(findings, "it-power")?.result).toBe("met");
  expect(deniedOverrides.map(({ id, why }) => `${id} ${why}`)).toEqual([
    "constructor unknown-interlock",
    "leak unknown-interlock",
  ]);
});

test.for(["constructor", "drain", ""])("there is no kind %j", (kind) => {
  const { verdict, findings } = ask(kind);
  expect(verdict).toBe("refused");
  expect(findings[0] && describeFinding(kind, findings[0]).en).toBe("There is no such kind of command.");
});

test("refused counts before what cannot be verified", () => {
  expect(
    ask("start_cooling", { reading: { values: { leak_detected: true, return_pressure_kpa: null } } }).verdict,
  ).toBe("refused");
});

const value = fc.oneof(
  fc.double({ min: -50, max: 2000, noNaN: true }),
  fc.boolean(),
  fc.constant(null),
  fc.constant("x"),
);
const POINTS = ["leak_detected", "return_pressure_kpa", "total_power_kw", "supply_temp_setpoint_c", "tank_level_low"];
const asked = fc.record({
  kind: fc.constantFrom(...Object.keys(COMMAND_KINDS)),
  role: fc.constantFrom(...ROLES),
  values: fc.dictionary(fc.constantFrom(...POINTS), value),
  ageS: fc.double({ min: -10, max: 40, noNaN: true }),
  faults: fc.subarray(["power_fault", "supply_temp_high", "circulation_pump_fault"]),
  overrides: fc.subarray(["it-power", "pump-overrun", "return-pressure", "cause-gone", "leak", "fresh-data"]),
  reason: fc.constantFrom(null, "", "burst hose"),
});

test("law: allowed means that everything is met or rightly overridden, on fresh data; and the same facts say the same", () => {
  fc.assert(
    fc.property(asked, ({ kind, role, values, ageS, faults, overrides, reason }) => {
      const reading = { values, ageS, faults };
      const first = ask(kind, { role, overrides, reason, reading });
      expect(ask(kind, { role, overrides, reason, reading })).toEqual(first);
      for (const finding of first.findings) {
        expect(CommandFinding.safeParse(finding).success).toBe(true);
        const text = describeFinding(kind, finding);
        expect(`${text.en}${text["zh-CN"]}`).not.toMatch(/[{}]|undefined|NaN/);
        if (finding.result === "overridden") {
          expect(overrides).toContain(finding.id);
          expect(reason).toBe("burst hose");
          expect(Object.keys(COMMAND_KINDS[kind]?.overrides ?? {})).toContain(finding.id);
        }
      }
      if (first.verdict !== "allowed") return;
      expect(ageS).toBeLessThanOrEqual(15);
      expect(first.findings.every(({ result }) => result === "met" || result === "overridden")).toBe(true);
    }),
    { numRuns: 300 },
  );
});
