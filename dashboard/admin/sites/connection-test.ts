import type { FailureCause } from "../../../domain/collection/failure-cause.ts";
import type { PointName } from "../../../domain/points/catalogue.ts";
import type { Remark } from "../../../domain/profiles/doctor-remark.ts";
import type { PointValue, Snapshot } from "../../../domain/telemetry/snapshot.ts";

type Words = { readonly "zh-CN": string; readonly en: string };

/** How well one profile fits, as the API tells it. */
export type TestedFit = {
  readonly profile: string;
  readonly label: Words;
  readonly matchesFingerprint: boolean;
  readonly isGoodReply: boolean;
  readonly filled: number;
  readonly expected: number;
  readonly unmapped: number;
  readonly reasons: readonly Words[];
};

/** What a test of a connection found. */
export type TestResult = {
  readonly isReachable: boolean;
  readonly cause: FailureCause | null;
  readonly latencyMs: number | null;
  readonly best: string | null;
  readonly fits: readonly TestedFit[];
  readonly examination: {
    readonly snapshot: Pick<Snapshot, "profile" | "values" | "quality" | "unmapped">;
    readonly remarks: readonly Remark[];
  } | null;
};

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
