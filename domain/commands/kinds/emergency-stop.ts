import { defineCommandKind } from "../command-kind.ts";
import { loadOff } from "../interlocks/load-off.ts";
import { emergencyInForce } from "../interlocks/no-emergency.ts";
import { pumpOverrun } from "../interlocks/pump-overrun.ts";
import { COOLING_STOPPED } from "./stop-cooling.ts";

/**
 * The last step of an emergency stop: the vendor's `close`, once the miners are off and the pump has carried their heat
 * away. Whoever stops never waits for a second person [domain 7]. Coolant that escapes leaves no time for the over-run, and
 * an engineer may even stop it under load. The hard emergency stop stays a wired device on site.
 */
export const emergencyStop = defineCommandKind({
  title: { "zh-CN": "急停", en: "Emergency stop" },
  does: {
    "zh-CN": "矿机停止、水泵续运行 5 分钟后，控制器停止循环泵和冷却塔。复位之前不再接受其他命令。",
    en: "Once the miners are off and the pump has run on for 5 minutes, the controller stops the pump and the tower. No other command is taken until somebody resets it.",
  },
  onSite: {
    "zh-CN": "人身危险时使用现场的硬接线急停按钮。停止矿机；冬季停泵后须考虑防冻。",
    en: "Where people are in danger use the wired emergency stop on site. Switch the miners off; mind freezing in winter.",
  },
  lowestRole: "operator",
  needsReason: true,
  isForEmergency: true,
  interlocks: [emergencyInForce, loadOff, pumpOverrun],
  overrides: {
    "it-power": { lowestRole: "engineer", evenIfRefused: true },
    "pump-overrun": { lowestRole: "operator", evenIfRefused: true },
  },
  effect: COOLING_STOPPED,
  callsAs: "stop_cooling",
  sequence: "emergency-stop",
});
