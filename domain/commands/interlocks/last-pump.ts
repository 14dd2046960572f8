import { flagIn, type Interlock, judged, switchesOff } from "../interlock.ts";
import { leastLoadKw, loadKw } from "./load-off.ts";

/** Duty and stand-by change over with both running for a while: the one goes off when the other is on. */
export const lastPump: Interlock = {
  id: "last-pump",
  title: { "zh-CN": "带负荷时不停最后一台泵", en: "Never the last pump under load" },
  refused: {
    "zh-CN": "负荷 {load_kw} kW（空载上限 {limit} kW）且备用泵未运行：不得停泵。",
    en: "The load is {load_kw} kW (none up to {limit} kW) and no stand-by pump runs: this pump stays on.",
  },
  judge({ args, reading, site }) {
    if (!switchesOff(args)) return null;
    const isOtherOn = flagIn(reading, "circulation_pump_2_running");
    const load = loadKw(reading);
    const limit = leastLoadKw(site);
    const values = { load_kw: load, rated_power_kw: site.ratedPowerKw, circulation_pump_2_running: isOtherOn };
    if (isOtherOn === true) return judged(true, values, limit);
    return judged(load === null || limit === null ? null : load <= limit, values, limit);
  },
};
