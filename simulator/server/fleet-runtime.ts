import type { PlantClock } from "../fleet/plant-clock.ts";
import { advanceSite, type SimulatedSite } from "../fleet/simulated-site.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { SimulatorOptions } from "../options.ts";
import type { Random } from "../plant/random.ts";

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
  /** For what is allowed to differ from run to run: latencies and flapping. */
  readonly random: Random;
};

/** Brings one site to the present. */
export function bringUpToDate(runtime: Pick<FleetRuntime, "clock">, site: SimulatedSite): void {
  advanceSite(site, runtime.clock.now(), runtime.clock.stepS());
}
