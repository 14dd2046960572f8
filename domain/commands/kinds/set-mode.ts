import { trustedValue } from "../../alarms/trusted-reading.ts";
import { defineCommandKind } from "../command-kind.ts";
import type { EffectStage } from "../effect-stage.ts";

const modeAsWanted: EffectStage = {
  id: "mode",
  title: { "zh-CN": "模式已切换", en: "The mode has changed" },
  withinS: 60,
  reads: ["running_mode"],
  look({ args, reading }) {
    const mode = trustedValue(reading, "running_mode");
    return { isSeen: mode === null ? null : mode === args["mode"], values: { running_mode: mode } };
  },
};

/** No vendor call is known. */
export const setMode = defineCommandKind({
  title: { "zh-CN": "自动/手动", en: "Set automatic or manual" },
  does: {
    "zh-CN": "手动时控制器不再自行调节泵和风机，须有人值守。",
    en: "In manual the controller no longer adjusts pumps and fans: somebody has to stay with it.",
  },
  onSite: {
    "zh-CN": "手动期间有人值守；结束后切回自动。",
    en: "Somebody stays while in manual; back to automatic afterwards.",
  },
  args: {
    mode: {
      type: "word",
      label: { "zh-CN": "模式", en: "Mode" },
      words: { auto: { "zh-CN": "自动", en: "Automatic" }, manual: { "zh-CN": "手动", en: "Manual" } },
    },
  },
  lowestRole: "engineer",
  needsReason: true,
  interlocks: [],
  effect: [modeAsWanted],
});
