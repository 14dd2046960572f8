import { z } from "zod";
import type { PointReading } from "./expression/point-reading.ts";
import { USUAL_RATED_KW } from "./quantities.ts";
import type { SiteFacts } from "./site-facts.ts";
import { knownOf, numberOf } from "./trusted-reading.ts";
import { MAY_FAIL, MAY_HOLD, type Zone } from "./zone.ts";

/** What a site is doing. `unknown`: nothing was heard of it yet. */
export const OperatingMode = z.enum(["unknown", "running", "stopped", "starting"]);
export type OperatingMode = z.infer<typeof OperatingMode>;

export const OperatingState = z.strictObject({ mode: OperatingMode, sinceMs: z.int() });
export type OperatingState = z.infer<typeof OperatingState>;

/** After a stop, hashrate and temperatures need this long to settle (10–15 min [J]). */
const STARTING_MS = 15 * 60_000;
/** Above this share of its rated power a site is under load [API, rule R02]. */
const LOAD_SHARE = 0.05;

/**
 * The mode after one more snapshot. A curtailed site stands at the beginning of a start, which goes on when it gets its
 * power back. A site whose pump rests while there is no load was stopped on purpose: a pump that
 * rests under load is a fault, and the site keeps its mode. Without good readings it keeps its mode, too.
 */
export function nextOperating(
  before: OperatingState,
  reading: PointReading,
  facts: SiteFacts,
  atMs: number,
): OperatingState {
  const isPumpOn = knownOf(reading.values.circulation_pump_running);
  const powerKw = numberOf(reading.values.total_power_kw);
  const usual = modeAfter(before, isPumpOn, powerKw === null ? null : powerKw > leastLoadKw(facts), atMs);
  if (facts.isCurtailed && usual !== "stopped" && usual !== "unknown") return { mode: "starting", sinceMs: atMs };
  return usual === before.mode ? before : { mode: usual, sinceMs: atMs };
}

function leastLoadKw({ ratedPowerKw }: SiteFacts): number {
  return LOAD_SHARE * (ratedPowerKw ?? USUAL_RATED_KW);
}

/** Whether a reading of a zone may show a site that was stopped: until then one that runs goes on running. */
export function mayRest({ states, numbers, facts }: Zone): boolean {
  const power = numbers.total_power_kw ?? null;
  const isPumpOff = ((states.circulation_pump_running ?? 0) & MAY_FAIL) !== 0;
  return isPumpOff && power !== null && power.low <= leastLoadKw(facts);
}

/** Whether a reading of a zone may show a pump or a load: until then a site that is stopped stays so. */
export function mayLoad({ states, numbers, facts }: Zone): boolean {
  const power = numbers.total_power_kw ?? null;
  const isPumpOn = ((states.circulation_pump_running ?? 0) & MAY_HOLD) !== 0;
  return isPumpOn || (power !== null && power.high > leastLoadKw(facts));
}

function modeAfter(before: OperatingState, isPumpOn: unknown, isLoaded: boolean | null, atMs: number): OperatingMode {
  if (isPumpOn === false && isLoaded === false) return "stopped";
  switch (before.mode) {
    case "stopped":
      return isPumpOn === true || isLoaded === true ? "starting" : "stopped";
    case "starting":
      return atMs - before.sinceMs >= STARTING_MS ? "running" : "starting";
    case "unknown":
      return isPumpOn === true || isLoaded === true ? "running" : "unknown";
    default:
      return before.mode;
  }
}
