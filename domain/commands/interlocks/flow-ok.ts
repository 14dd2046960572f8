import { type Interlock, judgeAll, judgeFlag, judgeNumber, switchesOff } from "../interlock.ts";

/** Share of the commissioning flow that miners need [catalogue, R14]. */
const LEAST_SHARE = 0.85;

/** Miners wake into a loop that carries their heat away, and into no other. To put them to sleep is always allowed. */
export const flowOk: Interlock = {
  id: "flow",
  title: { "zh-CN": "水泵运行且流量正常", en: "Pump runs and flow is good" },
  refused: {
    "zh-CN": "水泵未运行，或流量 {supply_flow_m3h} m³/h 低于 {limit} m³/h：矿机不得上电。",
    en: "The pump rests, or {supply_flow_m3h} m³/h flow, below {limit} m³/h: no miner may wake.",
  },
  judge({ args, reading, site: { baselineFlowM3h } }) {
    if (switchesOff(args)) return null;
    const least = baselineFlowM3h === null ? null : LEAST_SHARE * baselineFlowM3h;
    return judgeAll(
      judgeNumber(reading, "supply_flow_m3h", least, (value, limit) => value >= limit),
      judgeFlag(reading, "circulation_pump_running", true),
    );
  },
};
