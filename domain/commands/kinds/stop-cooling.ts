import { defineCommandKind } from "../command-kind.ts";
import { type EffectStage, seesFlag } from "../effect-stage.ts";
import { leastLoadKw, loadKw, loadOff } from "../interlocks/load-off.ts";
import { pumpOverrun } from "../interlocks/pump-overrun.ts";

const asleep: EffectStage = {
  id: "asleep",
  title: { "zh-CN": "矿机已休眠", en: "The miners sleep" },
  withinS: 120,
  reads: ["total_power_kw", "it_power_kw"],
  look({ reading, site }) {
    const load = loadKw(reading);
    const limit = leastLoadKw(site);
    return { isSeen: load === null || limit === null ? null : load <= limit, values: { load_kw: load } };
  },
};

/** The pump rests and the miners sleep. */
export const COOLING_STOPPED: readonly EffectStage[] = [
  seesFlag(
    "pump",
    { "zh-CN": "循环泵停止", en: "The circulation pump rests" },
    60,
    "circulation_pump_running",
    () => false,
  ),
  asleep,
];

/** Vendor's `close`. A leak may leave no time for the over-run: then an engineer overrides it, and a second person agrees. */
export const stopCooling = defineCommandKind({
  title: { "zh-CN": "停止冷却", en: "Stop cooling" },
  does: {
    "zh-CN": "控制器停止循环泵和冷却塔：仍在运行的矿机会在数秒内过热停机。",
    en: "The controller stops the circulation pump and the tower: miners that still run overheat within seconds.",
  },
  onSite: {
    "zh-CN": "确认矿机已全部休眠，且水泵已续运行 5 分钟以上；冬季须考虑防冻。",
    en: "All miners sleep and the pump has run on for 5 minutes or more; in winter mind freezing.",
  },
  lowestRole: "operator",
  needsReason: true,
  needsSecondPerson: true,
  isForEmergency: true,
  interlocks: [loadOff, pumpOverrun],
  overrides: {
    "it-power": { lowestRole: "engineer", evenIfRefused: true },
    "pump-overrun": { lowestRole: "engineer", evenIfRefused: true },
  },
  effect: COOLING_STOPPED,
});
