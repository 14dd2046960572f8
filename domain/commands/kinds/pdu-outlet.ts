import { defineCommandKind } from "../command-kind.ts";
import { seesLoadMove } from "../effect-stage.ts";
import { flowOk } from "../interlocks/flow-ok.ts";

/** Differs from model to model of the distribution unit; no call is in a profile yet. */
export const pduOutlet = defineCommandKind({
  title: { "zh-CN": "插座通断", en: "Switch an outlet" },
  does: {
    "zh-CN": "接通或断开一个插座，其上的矿机随之上电或断电。",
    en: "Switches one outlet, and the miner on it, on or off.",
  },
  onSite: { "zh-CN": "确认插座号与矿机对应。", en: "The number belongs to the miner that is meant." },
  args: {
    outlet: { type: "number", label: { "zh-CN": "插座号", en: "Outlet" }, unit: "", min: 1, max: 64, step: 1 },
    on: { type: "flag", label: { "zh-CN": "接通", en: "On" } },
  },
  lowestRole: "engineer",
  leastGapS: 8,
  interlocks: [flowOk],
  effect: [seesLoadMove(300, ({ on }) => on === true)],
});
