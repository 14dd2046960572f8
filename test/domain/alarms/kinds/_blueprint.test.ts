import { expect, test, vi } from "vitest";
import { parseRule } from "../../../../domain/alarms/rule.ts";
import { compileRuleSet } from "../../../../domain/alarms/rule-set.ts";
import { aRule, PlayedFleet, someFacts } from "../fleet-under-test.ts";

// Only the blueprint needs this: a kind of yours has its line in kinds/index.ts.
vi.mock("../../../../domain/alarms/kinds/index.ts", async (original) => {
  const { blueprintKind } = await import("../../../../domain/alarms/kinds/_blueprint.ts");
  return { ...(await original<object>()), blueprintKind };
});

const CONDITION = { kind: "blueprint", point: "supply_temp_c", by: 2 };

/** "1" for each sample after which the alarm is active. */
function play(temps: readonly (number | null)[]): { readonly active: string; readonly fleet: PlayedFleet } {
  const fleet = new PlayedFleet(compileRuleSet([aRule(CONDITION)]), [someFacts("site-1")]);
  const active = temps.map((supply_temp_c) => {
    fleet.play(() => ({ values: { supply_temp_c } }));
    return fleet.book.get("site-1.under-test")?.active ? "1" : "0";
  });
  return { active: active.join(""), fleet };
}

test("it holds when it should, ends when it should, and says nothing where nothing is known", () => {
  expect(play([35, 36, 39, 39, 39]).active).toBe("00100");
  expect(play([35, null, 39, null, 39]).active).toBe("00110");
});

test("it names its grounds", () => {
  const [raised] = play([35, 39]).fleet.transitions;
  expect(raised).toMatchObject({ kind: "raised", point: "supply_temp_c", value: 4, limit: 2, unit: "°C" });
});

test("a wrong one is refused, with the field and what is allowed", () => {
  const wrong = { ...aRule(CONDITION), condition: { ...CONDITION, by: -1 } };
  expect(() => parseRule(wrong)).toThrow(/condition\.by.*>0/);
});
