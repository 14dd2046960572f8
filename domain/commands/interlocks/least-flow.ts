import { type Interlock, judged, numberIn, switchesOff } from "../interlock.ts";

/** Share of the commissioning flow that has to remain [J]. */
const LEAST_SHARE = 0.6;

/** The flow that a speed will give follows from the present one: a pump's flow goes with its speed. */
export const leastFlow: Interlock = {
  id: "least-flow",
  title: { "zh-CN": "流量不低于 60 %", en: "Flow stays ≥ 60 %" },
  refused: {
    "zh-CN": "该频率下流量约 {expected_flow_m3h} m³/h，低于 {limit} m³/h。",
    en: "At that speed about {expected_flow_m3h} m³/h would flow, below {limit} m³/h.",
  },
  judge({ args, reading, site: { baselineFlowM3h } }) {
    const wantedHz = args["frequency_hz"];
    if (typeof wantedHz !== "number" || switchesOff(args)) return null;
    const flow = numberIn(reading, "supply_flow_m3h");
    const presentHz = numberIn(reading, "circulation_pump_freq_hz");
    const limit = baselineFlowM3h === null ? null : LEAST_SHARE * baselineFlowM3h;
    const expected = flow === null || presentHz === null || presentHz <= 0 ? null : (flow * wantedHz) / presentHz;
    const values = {
      supply_flow_m3h: flow,
      circulation_pump_freq_hz: presentHz,
      expected_flow_m3h: expected,
      baseline_flow_m3h: baselineFlowM3h,
    };
    return judged(expected === null || limit === null ? null : expected >= limit, values, limit);
  },
};
