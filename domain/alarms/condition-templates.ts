import type { Condition } from "./condition.ts";
import { CONDITION_KINDS } from "./kinds/index.ts";

const SUPPLY_HIGH: Condition = { kind: "limit", point: "supply_temp_c", op: ">=", limit: 40, deadband: 2 };
const PUMP_OFF: Condition = { kind: "flag", point: "circulation_pump_running", is: false };

/** A condition of each kind to begin with, for forms. */
const TEMPLATES: Readonly<Record<string, Condition>> = {
  limit: SUPPLY_HIGH,
  deviation: {
    kind: "deviation",
    point: "supply_temp_c",
    from: { relativeTo: "setpoint" },
    by: 3,
    side: "above",
    deadband: 1,
  },
  rate: { kind: "rate", point: "supply_temp_c", direction: "rising", perMinute: 1, clearPerMinute: 0.2, windowS: 180 },
  jump: { kind: "jump", point: "supply_temp_c", by: 10, holdS: 300 },
  frozen: { kind: "frozen", points: ["supply_temp_c"], forS: 1800 },
  "no-reading": { kind: "no-reading", points: ["supply_temp_c"] },
  forecast: { kind: "forecast", point: "supply_temp_c", op: ">=", limit: 40, withinS: 900, windowS: 600, deadband: 1 },
  flag: { kind: "flag", point: "leak_detected", is: true },
  fault: { kind: "fault", fault: "circulation_pump_fault" },
  change: { kind: "change", point: "firmware_version", holdS: 86_400 },
  "lost-contact": { kind: "lost-contact", misses: 3, goodPolls: 2 },
  overdue: { kind: "overdue", point: "coolant_ph", afterDays: 190 },
  expression: { kind: "expression", text: "supply_temp_c >= 40 && circulation_pump_running" },
  count: { kind: "count", of: PUMP_OFF, min: 3, windowS: 3600 },
  held: { kind: "held", of: SUPPLY_HIGH, forS: 600 },
  fitted: { kind: "fitted", of: { kind: "flag", point: "plc_disconnect" } },
  all: { kind: "all", of: [SUPPLY_HIGH, { kind: "not", of: PUMP_OFF }] },
  any: { kind: "any", of: [SUPPLY_HIGH, PUMP_OFF] },
  not: { kind: "not", of: PUMP_OFF },
  "n-of": { kind: "n-of", n: 1, of: [SUPPLY_HIGH, PUMP_OFF] },
  sites: { kind: "sites", where: { kind: "lost-contact", misses: 2 }, minShare: 0.6, minCount: 5, clearShare: 0.3 },
};

/** By kind, in the order of the registry. A kind that has none begins with its name. */
export const CONDITION_TEMPLATES: Readonly<Record<string, Condition>> = Object.fromEntries(
  Object.keys(CONDITION_KINDS).map((kind) => [kind, TEMPLATES[kind] ?? { kind }]),
);
