import type { PointReading } from "../../alarms/expression/point-reading.ts";
import { isPointName } from "../../points/catalogue.ts";
import { activeFaults, FAULT_POINTS } from "../../points/fault-labels.ts";
import type { CommandSite } from "../command-site.ts";
import { flagIn, type Interlock, type Judgement, judgeAll, judged, judgeNumber } from "../interlock.ts";
import { LEAST_RETURN_KPA } from "./return-pressure.ts";

/** Critical from here, °C and kPa [MOS]; above freezing for good, °C [rule R07]; least flow, share of commissioning. */
const HOT_C = 40;
const HIGH_KPA = 400;
const THAWED_C = 6;
const LEAST_FLOW_SHARE = 0.85;

type Cause = (reading: PointReading, site: CommandSite) => Judgement;
const notHot: Cause = (reading) => judgeNumber(reading, "supply_temp_c", HOT_C, (value, limit) => value < limit);

/** Faults whose cause is measured. */
const MEASURED: Readonly<Record<string, Cause>> = {
  supply_temp_high: notHot,
  supply_temp_too_high: notHot,
  supply_pressure_high: (reading) =>
    judgeNumber(reading, "supply_pressure_kpa", HIGH_KPA, (value, limit) => value <= limit),
  return_pressure_low: (reading) =>
    judgeNumber(reading, "return_pressure_kpa", LEAST_RETURN_KPA, (value, limit) => value >= limit),
  supply_flow_low: flowIsBack,
  freeze_alarm: (reading) => judgeNumber(reading, "supply_temp_c", THAWED_C, (value, limit) => value > limit),
};

/** Contacts that say what is so now: while one is closed, its cause is there. */
const CONTACTS: readonly string[] = ["tank_level_low", "tank_level_high", "tower_level_low"];
/** Has an interlock of its own. */
const ELSEWHERE: readonly string[] = ["leak_detected", "plc_disconnect"];

/** A pump that rests makes no flow, and that is no fault. */
function flowIsBack(reading: PointReading, { baselineFlowM3h }: CommandSite): Judgement {
  if (flagIn(reading, "circulation_pump_running") === false) return judged(true, { circulation_pump_running: false });
  const least = baselineFlowM3h === null ? null : LEAST_FLOW_SHARE * baselineFlowM3h;
  return judgeNumber(reading, "supply_flow_m3h", least, (value, limit) => value >= limit);
}

function judgeFault(fault: string, isInspected: boolean, reading: PointReading, site: CommandSite): Judgement {
  const measure = Object.hasOwn(MEASURED, fault) ? MEASURED[fault] : undefined;
  if (measure) return judgeAll(measure(reading, site), judged(true, { [fault]: true }));
  if (CONTACTS.includes(fault)) return judged(false, { [fault]: true });
  // A motor's trip or smoke: no reading tells whether its cause is gone, only a person can.
  return judged(isInspected ? true : null, { [fault]: true, inspected_on_site: isInspected });
}

/** Fault points that this model always sends and that cannot be read now: neither active nor gone. */
function unreadContacts(reading: PointReading, { profile }: CommandSite): string[] {
  const points = Object.keys(FAULT_POINTS).filter(isPointName);
  return points.filter(
    (point) => !ELSEWHERE.includes(point) && profile.map[point]?.optional === false && flagIn(reading, point) === null,
  );
}

/** To reset a fault that is still there ends a protection, or makes a motor start into it again. */
export const causeGone: Interlock = {
  id: "cause-gone",
  title: { "zh-CN": "故障原因已消除", en: "The cause is gone" },
  refused: {
    "zh-CN": "故障原因仍然存在：消除后再复位。",
    en: "The cause of a fault is still there: reset it when it is gone.",
  },
  judge({ args, reading, site }) {
    if (reading === null) return judged(null, { faults: null });
    const unknown = [...reading.unknownFaults, ...unreadContacts(reading, site)];
    const unread = judged(unknown.length > 0 ? null : true, Object.fromEntries(unknown.map((fault) => [fault, null])));
    const isInspected = args["inspected_on_site"] === true;
    const active = activeFaults(reading.values, reading.faults).filter((fault) => !ELSEWHERE.includes(fault));
    return judgeAll(unread, ...active.map((fault) => judgeFault(fault, isInspected, reading, site)));
  },
};
