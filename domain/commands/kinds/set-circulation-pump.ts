import { defineCommandKind } from "../command-kind.ts";
import { seesFlag, seesFlow, seesNumber } from "../effect-stage.ts";
import { lastPump } from "../interlocks/last-pump.ts";
import { leastFlow } from "../interlocks/least-flow.ts";
import { noLeak } from "../interlocks/no-leak.ts";

const speedAsWanted = seesNumber(
  "speed",
  { "zh-CN": "频率", en: "The speed is as wanted" },
  60,
  "circulation_pump_freq_hz",
  "frequency_hz",
  1,
);

/** No vendor call is known. Speed 30–50 Hz, 5 min between two; the ramp of 2 Hz/s is the inverter's [J]. */
export const setCirculationPump = defineCommandKind({
  title: { "zh-CN": "循环泵启停/频率", en: "Set the circulation pump" },
  does: {
    "zh-CN": "启停循环泵或改变其频率，流量随之变化。",
    en: "Starts or stops the circulation pump or changes its speed; the flow follows.",
  },
  onSite: {
    "zh-CN": "倒换工作泵与备用泵时先启后停；确认阀门位置和泵的声音、振动。",
    en: "To change over, start the other pump first; look at the valves, listen to the pump.",
  },
  args: {
    running: { type: "flag", label: { "zh-CN": "运行", en: "Running" } },
    frequency_hz: {
      type: "number",
      label: { "zh-CN": "频率", en: "Frequency" },
      unit: "Hz",
      min: 30,
      max: 50,
      step: 1,
      isOptional: true,
    },
  },
  lowestRole: "engineer",
  needsReason: true,
  leastGapS: 300,
  interlocks: [noLeak, lastPump, leastFlow],
  overrides: { "last-pump": { lowestRole: "admin", evenIfRefused: true } },
  effect: [
    seesFlag(
      "pump",
      { "zh-CN": "循环泵状态", en: "The pump is as wanted" },
      30,
      "circulation_pump_running",
      ({ running }) => (typeof running === "boolean" ? running : null),
    ),
    // A pump that is switched off has no speed that could be seen, whatever else was ordered.
    { ...speedAsWanted, look: (seen) => (seen.args["running"] === true ? speedAsWanted.look(seen) : null) },
    seesFlow(60, 0.5, ({ running }) => running === true),
  ],
});
