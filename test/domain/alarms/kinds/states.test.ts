import { START_MS } from "../fleet-under-test.ts";
import { type Case, DAY_MS, lost, point, supply, testCases } from "./kind-cases.ts";

/** Of switches, faults, contact, age, expressions. */
const CASES: readonly Case[] = [
  {
    name: "flag: a switch",
    condition: { kind: "flag", point: "leak_detected" },
    readings: point("leak_detected", false, true, null, false),
    expected: "0110",
  },
  {
    name: "flag: a word",
    condition: { kind: "flag", point: "running_mode", is: "manual" },
    readings: point("running_mode", "auto", "manual", "auto"),
    expected: "010",
  },
  {
    name: "fault: set, unreadable, gone",
    condition: { kind: "fault", fault: "power_fault" },
    readings: [
      {},
      { faults: ["power_fault"] },
      { faults: [], quality: { "fault.power_fault": "missing" } },
      { faults: ["spray_pump_fault"] },
    ],
    expected: "0110",
  },
  {
    name: "change: another version, for its time",
    condition: { kind: "change", point: "firmware_version", holdS: 120 },
    readings: point("firmware_version", "V5", null, "V5", "V6", "V6", null, "V6"),
    expected: "0001110",
  },
  {
    name: "lost contact: three misses raise, two good polls clear",
    condition: { kind: "lost-contact" },
    readings: [{}, lost, lost, {}, lost, lost, lost, lost, {}, lost, {}, {}],
    expected: "000000111110",
  },
  {
    name: "overdue: measured too long ago",
    condition: { kind: "overdue", point: "coolant_ph", afterDays: 190 },
    facts: { lab: { coolant_ph: { value: 8, takenAtMs: START_MS - 190 * DAY_MS } } },
    readings: [{}, {}],
    expected: "01",
  },
  {
    name: "overdue: never measured is no alarm",
    condition: { kind: "overdue", point: "coolant_ph", afterDays: 190 },
    readings: [{}],
    expected: "0",
  },
  {
    name: "expression: three-valued",
    condition: { kind: "expression", text: "supply_temp_c > 38 && circulation_pump_running" },
    readings: [...supply(39), ...supply(null), lost, ...supply(38)],
    expected: "1110",
  },
  {
    name: "expression: laboratory values",
    condition: { kind: "expression", text: "coolant_ph < 7 || coolant_hardness_mg_l > 100" },
    facts: { lab: { coolant_ph: { value: 6, takenAtMs: START_MS } } },
    readings: [{}],
    expected: "1",
  },
];

testCases(CASES);
