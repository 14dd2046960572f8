import type { FaultName } from "../../points/faults.ts";
import { type Interlock, judged } from "../interlock.ts";

/** A motor that starts on two phases burns. Which of these bits a controller has differs by model and firmware [API, AM, IMM]. */
const POWER_FAULTS: readonly FaultName[] = [
  "phase_failure",
  "power_fault",
  "power_relay_fault",
  "power_distribution_fault",
];

/** Met needs one bit that this model always sends: a bit that some firmwares lack says nothing by its absence. */
export const noPowerFault: Interlock = {
  id: "power-fault",
  title: { "zh-CN": "无缺相等电源故障", en: "No phase failure or other power fault" },
  refused: {
    "zh-CN": "控制器报告缺相或电源故障：电机不得启动。",
    en: "The controller reports a phase failure or power fault: no motor may start.",
  },
  judge({ reading, site }) {
    const active = reading?.faults.filter((fault) => POWER_FAULTS.some((known) => known === fault)) ?? [];
    if (active.length > 0) return judged(false, Object.fromEntries(active.map((fault) => [fault, true])));
    const firm = POWER_FAULTS.filter((fault) => site.profile.faults[fault]?.optional === false);
    const unread = POWER_FAULTS.filter((fault) => reading?.unknownFaults.includes(fault));
    const isKnown = reading !== null && firm.length > 0 && unread.length === 0;
    const [named = "phase_failure"] = [...unread, ...firm];
    return judged(isKnown ? true : null, { [named]: isKnown ? false : null });
  },
};
