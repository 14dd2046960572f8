import { Environment } from "@marcbachmann/cel-js";
import { type Almanac, Engine } from "json-rules-engine";
import jsonata from "jsonata";
import { POINT_LISTS } from "../../domain/alarms/expression/point-lists.ts";
import { POINTS, PointName } from "../../domain/points/catalogue.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import type { BenchCondition } from "../rule-load/conditions.ts";

/** What the peers read: points, lists of points and faults by name. Made before the clock runs. */
export type Facts = Record<string, unknown>;
/** One engine with all conditions compiled: which of them hold for one site, in their order. */
export type RuleEngine = (facts: Facts) => boolean[] | Promise<boolean[]>;

export function factsOf({ values, faults }: Snapshot): Facts {
  const lists = Object.entries(POINT_LISTS).map(([name, points]) => [name, points.map((point) => values[point])]);
  return { ...values, ...Object.fromEntries(lists), faults };
}

export function celEngine(conditions: readonly BenchCondition[]): RuleEngine {
  const environment = new Environment();
  for (const name of PointName.options) environment.registerVariable(name, celTypeOf(name));
  for (const [name, [first]] of Object.entries(POINT_LISTS)) {
    environment.registerVariable(name, `list<${celTypeOf(first)}>`);
  }
  environment.registerVariable("faults", "list<string>");
  const rules = conditions.map(({ cel }) => environment.parse(cel));
  return (facts) => rules.map((rule) => rule(facts) === true);
}

export function jsonataEngine(conditions: readonly BenchCondition[]): RuleEngine {
  const rules = conditions.map((condition) => jsonata(condition.jsonata));
  return async (facts) => {
    const hits: boolean[] = [];
    for (const rule of rules) hits.push((await rule.evaluate(facts)) === true);
    return hits;
  };
}

/** One engine holds all rules, as its manual has it; `run` evaluates them side by side. */
export function jsonRulesEngine(conditions: readonly BenchCondition[]): RuleEngine {
  const engine = new Engine();
  for (const { id, rules } of conditions) {
    const isGroup = "all" in rules || "any" in rules;
    engine.addRule({ name: id, conditions: isGroup ? rules : { all: [rules] }, event: { type: id } });
  }
  for (const [name, compute] of Object.entries(COMPUTED_FACTS)) {
    engine.addFact(name, (_params, almanac) => compute((fact) => almanac.factValue<never>(fact)));
  }
  return async (facts) => {
    const { events } = await engine.run(facts);
    const types = new Set(events.map(({ type }) => type));
    return conditions.map(({ id }) => types.has(id));
  };
}

type Ask = <Value>(fact: string) => ReturnType<typeof Almanac.prototype.factValue<Value>>;

const COMPUTED_FACTS: Readonly<Record<string, (ask: Ask) => Promise<number>>> = {
  dew_point_limit_c: async (ask) => (await ask<number>("container_dew_point_c")) + 2,
  tower_fan_faults: async (ask) => {
    const faults = await ask<string[]>("faults");
    return faults.filter((fault) => /^tower_fan\d_fault$/.test(fault)).length;
  },
  phase_current_max_a: async (ask) => Math.max(...(await ask<number[]>("phase_currents_a"))),
  phase_current_limit_a: async (ask) => {
    const currents = await ask<number[]>("phase_currents_a");
    return (1.1 * currents.reduce((sum, current) => sum + current, 0)) / 3;
  },
  flow_resistance: async (ask) =>
    (await ask<number>("delta_pressure_kpa")) / (await ask<number>("supply_flow_m3h")) ** 2,
  hashrate_limit_th: async (ask) => 0.8 * 250 * (await ask<number>("miners_online")),
  efficiency_now_j_th: async (ask) =>
    (1000 * (await ask<number>("total_power_kw"))) / (await ask<number>("hashrate_th")),
  coolant_metal_max_mg_l: async (ask) => Math.max(...(await ask<number[]>("coolant_metals_mg_l"))),
};

function celTypeOf(name: PointName): "double" | "bool" | "string" {
  const { type } = POINTS[name];
  if (type === "num") return "double";
  return type === "bool" ? "bool" : "string";
}
