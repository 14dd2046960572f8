import { writeFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { type Cameras, openCameras } from "./cameras/cameras.ts";
import type { LayoutName } from "./cameras/layouts/layouts.ts";
import { ENTRY_PATH } from "./cameras/layouts/place.ts";
import { type ControlContext, siteDetails } from "./control/control-routes.ts";
import { listenForControl, serveControl } from "./control/control-server.ts";
import { readFaultOrder } from "./control/fault-order.ts";
import { selectSites } from "./control/select-sites.ts";
import { createStatsReader, type Stats } from "./control/stats.ts";
import { createFaultBook, type FaultFilter } from "./faults/fault-book.ts";
import { FAULT_KINDS } from "./faults/fault-kinds.ts";
import { startRandomFaults } from "./faults/random-faults.ts";
import { layOut } from "./fleet/layout.ts";
import { createPlantClock } from "./fleet/plant-clock.ts";
import { createSite, type SimulatedSite } from "./fleet/simulated-site.ts";
import { sitesFileText } from "./fleet/sites-file.ts";
import { createLedger, type Ledger } from "./ledger/ledger.ts";
import { DEFAULT_OPTIONS, type SimulatorOptions } from "./options.ts";
import { mixSeeds } from "./plant/random.ts";
import { bringUpToDate, type FleetRuntime } from "./server/fleet-runtime.ts";
import { openSiteGate } from "./server/site-gate.ts";

/** A site as others see it. */
type SimulatedSiteInfo = {
  readonly id: string;
  readonly url: string;
  readonly region: string;
  readonly zone: string;
  readonly dialect: SimulatorSpec["dialect"];
  readonly firmware: SimulatorSpec["firmware"];
};
type SimulatorSpec = ReturnType<typeof layOut>[number];

/** A fault as the control endpoint takes it: `{sites, kind, args?, forS?, afterS?, everyS?}`; see GET /. */
export type FaultRequest = {
  readonly sites: "all" | readonly string[] | { zone: string } | { region: string } | { share: number; seed?: number };
  readonly kind: keyof typeof FAULT_KINDS;
  readonly args?: Readonly<Record<string, unknown>>;
  readonly forS?: number;
  readonly afterS?: number;
  readonly everyS?: number;
};

/** A running fleet. Everything here is also on its control endpoint. */
export type RunningSimulator = {
  readonly controlUrl: string;
  readonly describe: string;
  readonly sites: readonly SimulatedSiteInfo[];
  /** The matching sites file, as YAML. */
  readonly sitesFile: string;
  readonly ledger: Ledger;
  /** What the cameras show and what they were asked for. */
  readonly cameras: Pick<Cameras, "content" | "witness">;
  /** What the cameras show at `/stream.m3u8`. */
  readonly setLayout: (sites: FaultRequest["sites"], layout: LayoutName) => void;
  /** @returns number of the fault; it acts when the promise is fulfilled. @throws {InputError} {UnknownSiteError} */
  readonly addFault: (request: FaultRequest) => Promise<number>;
  /** Ends faults: all without a filter. @returns how many */
  readonly removeFaults: (filter?: FaultFilter) => Promise<number>;
  /** The true state of one site. @throws {Error} when there is no such site */
  readonly siteState: (id: string) => ReturnType<typeof siteDetails>;
  /** Moves the plants' time forwards. */
  readonly advance: (seconds: number) => void;
  readonly stats: () => Stats;
  readonly close: () => Promise<void>;
};

/** In slices: within another program the start of a large fleet must not hold everything up. */
async function createSites(
  specs: readonly SimulatorSpec[],
  plantMs: number,
  warmUpS: number,
): Promise<SimulatedSite[]> {
  const sites: SimulatedSite[] = [];
  for (const spec of specs) {
    sites.push(createSite(spec, plantMs, warmUpS));
    if (sites.length % 100 === 0) await setImmediate();
  }
  return sites;
}

/** Every site is stepped at least this often, ms: nobody pays for a day at once. */
const COARSE_TICK_MS = 60_000;
const TICK_PARTS = 60;

/**
 * Starts a fleet on this machine's loopback.
 *
 * @param partial what differs from the defaults (150 sites on ports 8001 …; port 0 takes free ports)
 * @throws when a port is taken
 */
export async function startSimulator(partial: Partial<SimulatorOptions> = {}): Promise<RunningSimulator> {
  const merged: SimulatorOptions = { ...DEFAULT_OPTIONS, ...partial };
  const options: SimulatorOptions = merged.witness ? { ...merged, dialects: [["a", 1]] } : merged;
  const clock = createPlantClock(options.startMs ?? Date.now(), options.speed, () => performance.now());
  const specs = layOut(options);
  const sites = await createSites(specs, clock.now(), options.warmUpS);
  const runtime: FleetRuntime = {
    options,
    sites,
    clock,
    ledger: createLedger(
      specs.map(({ id }) => id),
      Object.keys(FAULT_KINDS),
      options.ledgerRows,
    ),
    counters: { requests: 0, connections: 0, openConnections: 0, inFlight: 0, peakInFlight: 0, connectionErrors: 0 },
    random: { state: mixSeeds(options.seed, 6) },
    cameras: await openCameras(options),
  };
  const readStats = createStatsReader(runtime);
  // first the control port: it is nobody else's, so a second fleet on the same ports ends here
  const control = await listenForControl(options.port);
  const gate = await openSiteGate(runtime, options.port === 0 ? 0 : options.port + 1).catch((error: unknown) => {
    control.server.close();
    throw error;
  });
  const faults = createFaultBook(runtime, gate);
  const randomFaults = startRandomFaults(runtime, faults, mixSeeds(options.seed, 7), options.faultRates);
  const context: ControlContext = { runtime, gate, faults, randomFaults, readStats };
  serveControl(control.server, context);
  const stopTicking = startTicking(runtime);
  const sitesFile = sitesFileText(specs, gate.urlOf, options.intervalS, options.cameras === "off" ? null : ENTRY_PATH);
  if (options.sitesFile !== null) await writeFile(options.sitesFile, sitesFile);

  return {
    controlUrl: `http://127.0.0.1:${control.port}`,
    describe: gate.describe(),
    sites: specs.map((spec) => {
      const { id, region, zone, dialect, firmware } = spec;
      return { id, url: gate.urlOf(spec), region, zone, dialect, firmware };
    }),
    sitesFile,
    ledger: runtime.ledger,
    cameras: runtime.cameras,
    setLayout: (selector, layout) => runtime.cameras.setLayout(selectSites(sites, selector), layout),
    addFault: (request) => faults.add(readFaultOrder(sites, request)),
    removeFaults: (filter = {}) => faults.remove(filter),
    siteState(id) {
      const site = sites.find(({ spec }) => spec.id === id);
      if (site === undefined) throw new Error(`no simulated site ${id}`);
      return siteDetails(runtime, site);
    },
    advance: clock.advance,
    stats: readStats,
    async close() {
      stopTicking();
      randomFaults.close();
      faults.close();
      const contentClosed = runtime.cameras.content.close();
      control.server.closeAllConnections();
      await Promise.all([contentClosed, gate.close(), new Promise((resolve) => control.server.close(resolve))]);
    },
  };
}

/** A part of the fleet each second, so that the work is spread. */
function startTicking(runtime: FleetRuntime): () => void {
  let part = 0;
  const timer = setInterval(() => {
    for (let index = part; index < runtime.sites.length; index += TICK_PARTS) {
      const site = runtime.sites[index];
      if (site !== undefined) bringUpToDate(runtime, site);
    }
    part = (part + 1) % TICK_PARTS;
  }, COARSE_TICK_MS / TICK_PARTS);
  timer.unref();
  return () => clearInterval(timer);
}
