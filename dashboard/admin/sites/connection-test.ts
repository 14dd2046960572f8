import type { PointName } from "../../../domain/points/catalogue.ts";
import type { PointValue, Snapshot } from "../../../domain/telemetry/snapshot.ts";

/** Points by which a person recognises the container, first. */
const TELLING: readonly PointName[] = [
  "supply_temp_c",
  "return_temp_c",
  "supply_flow_m3h",
  "supply_pressure_kpa",
  "return_pressure_kpa",
  "total_power_kw",
  "circulation_pump_running",
  "ambient_temp_c",
];

/** Some values that were read, the telling ones first. */
export function tellingValues({ values }: Pick<Snapshot, "values">, most: number): [PointName, PointValue][] {
  const read = Object.entries(values).filter(([, value]) => value !== null) as [PointName, PointValue][];
  const rank = (name: PointName): number => (TELLING.includes(name) ? TELLING.indexOf(name) : TELLING.length);
  return read.sort(([a], [b]) => rank(a) - rank(b)).slice(0, most);
}
