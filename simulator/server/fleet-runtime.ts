import type { Cameras } from "../cameras/cameras.ts";
import type { PlantClock } from "../fleet/plant-clock.ts";
import { advanceSite, type SimulatedSite } from "../fleet/simulated-site.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { SimulatorOptions } from "../options.ts";
import { type Random, uniform } from "../plant/random.ts";

/** Counts of the fleet's server side. */
type ServerCounters = {
  requests: number;
  connections: number;
  openConnections: number;
  inFlight: number;
  peakInFlight: number;
  /** Connections that ended with an error, mostly resets by the peer. */
  connectionErrors: number;
};

/** What the listeners, the exchanges and the control endpoint share. */
export type FleetRuntime = {
  readonly options: SimulatorOptions;
  readonly sites: readonly SimulatedSite[];
  readonly clock: PlantClock;
  readonly ledger: Ledger;
  readonly counters: ServerCounters;
  readonly cameras: Cameras;
  /** For what is allowed to differ from run to run: latencies and flapping. */
  readonly random: Random;
};

/** Brings one site to the present. */
export function bringUpToDate(runtime: Pick<FleetRuntime, "clock">, site: SimulatedSite): void {
  advanceSite(site, runtime.clock.now(), runtime.clock.stepS());
}

/** What an answer takes: within 10 % of the site's own latency. */
export function usualDelay(runtime: Pick<FleetRuntime, "random">, latencyMs: number): number {
  return latencyMs === 0 ? 0 : Math.round(latencyMs * (0.9 + 0.2 * uniform(runtime.random)));
}
