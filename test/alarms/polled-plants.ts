import { findCompiledProfile } from "../../domain/profiles/index.ts";
import type { Site } from "../../domain/sites/site.ts";
import {
  addRemembered,
  EMPTY_MEMORY,
  holdMsOf,
  remember,
  type SiteMemory,
  statesOf,
} from "../../domain/telemetry/derived-memory.ts";
import { makeSnapshot } from "../../domain/telemetry/make-snapshot.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { readFaultOrder } from "../../simulator/control/fault-order.ts";
import { PROFILE_OF } from "../../simulator/dialects/dialect.ts";
import { createFaultBook, type FaultBook, type FaultFilter } from "../../simulator/faults/fault-book.ts";
import { layOut } from "../../simulator/fleet/layout.ts";
import { createPlantClock, type PlantClock } from "../../simulator/fleet/plant-clock.ts";
import { createSite, type SimulatedSite } from "../../simulator/fleet/simulated-site.ts";
import { DEFAULT_OPTIONS, type SimulatorOptions } from "../../simulator/options.ts";
import { MINERS, RATED_POWER_KW } from "../../simulator/plant/parameters.ts";
import { bringUpToDate } from "../../simulator/server/fleet-runtime.ts";
import { parseRequest } from "../../simulator/server/parse-request.ts";
import { readBody } from "../../simulator/server/reply-body.ts";
import { routeRequest } from "../../simulator/server/route-request.ts";
import type { FaultRequest } from "../../simulator/simulator.ts";

export type FaultOrder = { sites: FaultRequest["sites"]; kind: FaultRequest["kind"]; args: Record<string, unknown> };

export type PlantOptions = {
  readonly sites: number;
  readonly intervalS?: number;
  readonly dialects?: SimulatorOptions["dialects"];
  readonly climate?: SimulatorOptions["climate"];
  /** Puts so many of the first sites into one zone. */
  readonly inOneZone?: number;
  readonly startMs?: number;
  /** Above ten times real time the plant is stepped by 10 s, well below the 30 s up to which its model holds; else by 1 s. */
  readonly speed?: number;
};

const START_MS = Date.parse("2026-03-02T00:00:00.000Z");
const SPEED = 60;
const NO_NETWORK = { settle: async () => undefined, cut: () => undefined };

/**
 * The simulator's sites, asked for their replies by a clock that only moves when a round is played. What is left out is the
 * network: a site with a fault that keeps it from answering gives no reply.
 */
export class PolledPlants {
  readonly intervalS: number;
  readonly sites: readonly SimulatedSite[];
  private readonly clock: PlantClock;
  private readonly faults: FaultBook;
  private readonly memories = new Map<string, SiteMemory>();

  constructor({ sites, intervalS = 60, inOneZone = 0, climate = "gulf-winter", ...more }: PlantOptions) {
    const { dialects = DEFAULT_OPTIONS.dialects, startMs = START_MS, speed = SPEED } = more;
    this.intervalS = intervalS;
    this.clock = createPlantClock(startMs, speed, () => 0);
    const options = { ...DEFAULT_OPTIONS, sites, climate, dialects };
    this.sites = layOut(options).map((spec) =>
      createSite(
        spec.index < inOneZone ? { ...spec, region: "north", zone: "zone-23" } : spec,
        startMs,
        options.warmUpS,
      ),
    );
    this.faults = createFaultBook({ clock: this.clock }, NO_NETWORK);
  }

  /** The plants' time, which is the time of the last round too. */
  get nowMs(): number {
    return this.clock.now();
  }

  async fault(sites: FaultOrder["sites"], kind: FaultOrder["kind"], args: FaultOrder["args"]): Promise<void> {
    await this.faults.add(readFaultOrder(this.sites, { sites, kind, args }));
  }

  /** Ends faults, all without a filter. */
  async mend(filter: FaultFilter = {}): Promise<void> {
    await this.faults.remove(filter);
  }

  /** The next round: what every site that can answer says, as snapshots. */
  poll(): Snapshot[] {
    this.clock.advance(this.intervalS);
    return this.sites.flatMap((site) => {
      bringUpToDate({ clock: this.clock }, site);
      return isSilent(site) ? [] : [this.snapshotOf(site)];
    });
  }

  private snapshotOf(site: SimulatedSite): Snapshot {
    const { id, dialect } = site.spec;
    const compiled = findCompiledProfile(PROFILE_OF[dialect]);
    if (compiled === undefined) throw new Error(`no profile for dialect ${dialect}`);
    const at = new Date(this.nowMs).toISOString();
    const replies = Object.fromEntries(
      compiled.profile.requests.map(({ name, path }) => [name, this.ask(site, path)] as const),
    );
    const reply = { siteId: id, slot: at, collectedAt: at, profile: compiled.tag, attempts: 1, latencyMs: 40 };
    const snapshot = makeSnapshot(
      { ...reply, isLate: false, replies, failedRequests: {} },
      compiled,
      inventoryOf(site),
    );
    const holdMs = holdMsOf(this.intervalS);
    const memory = remember(this.memories.get(id) ?? EMPTY_MEMORY, this.nowMs, statesOf(snapshot), holdMs);
    this.memories.set(id, memory);
    addRemembered(snapshot, memory, holdMs, true);
    return snapshot;
  }

  private ask(site: SimulatedSite, path: string): unknown {
    const head = parseRequest(`GET ${path} HTTP/1.1`);
    const kind = head === null ? "not_found" : routeRequest(site.spec.dialect, head).kind;
    if (kind !== "state" && kind !== "miners") throw new Error(`the simulator does not know ${path}`);
    return JSON.parse(readBody(site, kind, { minerDetails: 2 }, null, this.nowMs).toString());
  }
}

function isSilent({ effects }: SimulatedSite): boolean {
  return effects.transport !== null || effects.reach !== "open";
}

/** The sites file that the simulator writes says the same. */
function inventoryOf({ spec }: SimulatedSite): Site {
  return {
    ...spec,
    enabled: true,
    controllerUrl: `http://127.0.0.1/${spec.id}`,
    profileId: PROFILE_OF[spec.dialect],
    cameraUrl: null,
    cameraQueries: false,
    location: null,
    intervalS: null,
    minersExpected: MINERS,
    ratedPowerKw: RATED_POWER_KW,
  };
}
