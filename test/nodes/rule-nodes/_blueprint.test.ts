import { expect, test } from "vitest";
import { alertBlueprint } from "../../../nodes/rule-nodes/_blueprint.ts";
import { makeRules, playRuleNode } from "./rule-node-under-test.ts";

const SETTINGS = { point: "return_temp_c", byUnits: "6", minutes: "3", priority: "high" };

test("it is raised when it should be, and ends when it should", async () => {
  const temps = [40, 40, 40, 43, 46, 49, 49, 49, 49, 49, 49];
  const { active, fleet } = await playRuleNode(
    alertBlueprint,
    SETTINGS,
    temps.map((temp) => ({ return_temp_c: temp })),
  );
  expect(active).toBe("00001111000");
  expect(fleet.transitions[0]).toMatchObject({
    kind: "raised",
    alarmId: "site-1.own-rise-return-temp-c",
    unit: "°C/min",
  });
});

test("it says what is wrong with a setting", async () => {
  const { logged, status } = await makeRules(alertBlueprint, { ...SETTINGS, minutes: "" });
  expect(logged).toEqual(['alert-blueprint settings: minutes: must be a number from 1 to 1440, is ""']);
  expect(status).toMatchObject({ fill: "red" });
});
