import { defineCommandKind } from "../command-kind.ts";
import { seesFlag } from "../effect-stage.ts";
import { ambientWarm } from "../interlocks/ambient-warm.ts";
import { towerLevel } from "../interlocks/tower-level.ts";

/** No vendor call is known. In "auto" the controller decides, so only on and off can be seen. */
export const setSprayPump = defineCommandKind({
  title: { "zh-CN": "喷淋泵", en: "Set the spray pump" },
  does: {
    "zh-CN": "启停喷淋泵，或交回控制器自动控制。",
    en: "Starts or stops the spray pump, or leaves it to the controller.",
  },
  onSite: { "zh-CN": "确认塔盆有水、喷嘴无结冰。", en: "There is water in the basin and no ice at the nozzles." },
  args: {
    mode: {
      type: "word",
      label: { "zh-CN": "状态", en: "State" },
      words: {
        on: { "zh-CN": "开", en: "On" },
        off: { "zh-CN": "关", en: "Off" },
        auto: { "zh-CN": "自动", en: "Automatic" },
      },
    },
  },
  lowestRole: "engineer",
  interlocks: [towerLevel, ambientWarm],
  effect: [
    seesFlag(
      "spray",
      { "zh-CN": "喷淋泵状态", en: "The spray pump is as wanted" },
      60,
      "spray_pump_running",
      ({ mode }) => (mode === "auto" ? null : mode === "on"),
    ),
  ],
});
