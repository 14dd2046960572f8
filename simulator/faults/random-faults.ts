import { exponential, type Random, uniform } from "../plant/random.ts";
import type { FleetRuntime } from "../server/fleet-runtime.ts";
import { readArguments } from "./fault-arguments.ts";
import type { FaultBook } from "./fault-book.ts";
import { FAULT_KINDS, type FaultKind } from "./fault-kinds.ts";

/** Faults that come by themselves, as a Poisson process over the fleet. */
export type RandomFaults = {
  /** 0 = none; 1 = the usual rates. */
  setFactor: (factor: number) => void;
  close: () => void;
};

type Rate = {
  readonly kind: FaultKind;
  readonly perSiteDay: number;
  readonly meanS: number;
  readonly args?: Record<string, unknown>;
};

/** How often, per site and day, and how long on average [J]: communication often and short, the plant seldom and long. */
const RATES: readonly Rate[] = [
  { kind: "slow", perSiteDay: 1, meanS: 120 },
  { kind: "timeout", perSiteDay: 0.6, meanS: 90 },
  { kind: "refused", perSiteDay: 0.2, meanS: 120 },
  { kind: "reset", perSiteDay: 0.2, meanS: 60 },
  { kind: "http_500", perSiteDay: 0.3, meanS: 60 },
  { kind: "truncated", perSiteDay: 0.1, meanS: 60 },
  { kind: "reboot", perSiteDay: 0.1, meanS: 20 },
  { kind: "plc_disconnect", perSiteDay: 0.1, meanS: 300 },
  { kind: "sentinel", perSiteDay: 0.1, meanS: 300, args: { sensor: "return_temp" } },
  { kind: "sensor_frozen", perSiteDay: 0.05, meanS: 3600 },
  { kind: "sensor_drift", perSiteDay: 0.03, meanS: 14_400 },
  { kind: "sensor_jump", perSiteDay: 0.05, meanS: 600 },
  { kind: "fan_trip", perSiteDay: 0.05, meanS: 1800, args: { fan: "2" } },
  { kind: "spray_fail", perSiteDay: 0.02, meanS: 1800 },
  { kind: "leak", perSiteDay: 0.03, meanS: 21_600, args: { lPerH: 8 } },
  { kind: "clogging", perSiteDay: 0.02, meanS: 43_200, args: { perDayPct: 20 } },
  { kind: "tank_level_low", perSiteDay: 0.02, meanS: 1800 },
  { kind: "pump_trip", perSiteDay: 0.01, meanS: 600 },
  { kind: "curtailment", perSiteDay: 0.02, meanS: 3600 },
];
const TOTAL_PER_SITE_DAY = RATES.reduce((sum, { perSiteDay }) => sum + perSiteDay, 0);

export function startRandomFaults(runtime: FleetRuntime, faults: FaultBook, seed: number, isOn: boolean): RandomFaults {
  const random: Random = { state: seed };
  let factor = isOn ? 1 : 0;
  let timer: NodeJS.Timeout | null = null;

  const planNext = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (factor === 0) return;
    const meanGapS = 86_400 / (TOTAL_PER_SITE_DAY * runtime.sites.length * factor);
    const gapMs = Math.min(meanGapS * 1000 * exponential(random), 2_000_000_000);
    timer = setTimeout(() => {
      strike().catch((error: unknown) => console.error(`simulator: random fault: ${String(error)}`));
      planNext();
    }, gapMs);
  };
  const strike = async () => {
    const rate = pickRate(uniform(random) * TOTAL_PER_SITE_DAY);
    const site = runtime.sites[Math.floor(uniform(random) * runtime.sites.length)];
    if (site === undefined) return;
    const args = readArguments(FAULT_KINDS[rate.kind], rate.args);
    const forS = Math.min(604_800, Math.max(1, rate.meanS * exponential(random)));
    await faults.add({ sites: [site], kind: rate.kind, args, forS, afterS: 0, everyS: null });
  };
  planNext();
  return {
    setFactor(next) {
      factor = next;
      planNext();
    },
    close() {
      if (timer !== null) clearTimeout(timer);
    },
  };
}

function pickRate(at: number): Rate {
  let sum = 0;
  for (const rate of RATES) {
    sum += rate.perSiteDay;
    if (at < sum) return rate;
  }
  return { kind: "slow", perSiteDay: 1, meanS: 120 };
}
