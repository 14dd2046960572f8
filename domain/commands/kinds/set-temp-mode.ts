import { defineCommandKind } from "../command-kind.ts";
import { seesFlag } from "../effect-stage.ts";

/** Vendor's `setTemp&temp=pid`. How to leave PID mode is not confirmed: a profile takes the words that it knows. */
export const setTempMode = defineCommandKind({
  title: { "zh-CN": "设定温控模式", en: "Set the temperature mode" },
  does: {
    "zh-CN":
      "切换供液温度的控制方式：PID 由控制器自行设定，手动按设定值控制。进入 PID 时部分固件会把设定值改为 38 °C。",
    en: "Switches how the supply temperature is set: PID by the controller, manual by the set-point. Some firmwares set 38 °C on entering PID.",
  },
  onSite: {
    "zh-CN": "切换后确认设定值和供液温度在正常范围内。",
    en: "Afterwards see that the set-point and the supply temperature are in their usual range.",
  },
  args: {
    mode: {
      type: "word",
      label: { "zh-CN": "模式", en: "Mode" },
      words: { pid: { "zh-CN": "PID（自动）", en: "PID (automatic)" }, manual: { "zh-CN": "手动", en: "Manual" } },
    },
  },
  lowestRole: "operator",
  interlocks: [],
  effect: [
    seesFlag(
      "mode",
      { "zh-CN": "模式已切换", en: "The mode has changed" },
      60,
      "pid_mode",
      ({ mode }) => mode === "pid",
    ),
  ],
});
