import { readingsOf, rebootSite, type SimulatedSite, setFaults, setPlant } from "../fleet/simulated-site.ts";
import { bringUpToDate, type FleetRuntime } from "../server/fleet-runtime.ts";
import { gzipBomb } from "../server/gzip-bomb.ts";
import type { SiteGate } from "../server/site-gate.ts";
import { type ActiveFault, numberOf } from "./active-fault.ts";
import type { FaultArguments } from "./fault-arguments.ts";
import type { FaultKind } from "./fault-kinds.ts";

/** A fault that somebody asked for, checked. Times are real seconds, whatever the plant's speed. */
export type FaultOrder = {
  readonly sites: readonly SimulatedSite[];
  readonly kind: FaultKind;
  readonly args: FaultArguments;
  /** How long it lasts; null = until it is deleted. */
  readonly forS: number | null;
  readonly afterS: number;
  /** Comes again so many seconds after its last start; null = once. */
  readonly everyS: number | null;
};

type FaultEntry = {
  readonly id: number;
  readonly kind: FaultKind;
  readonly args: FaultArguments;
  readonly siteCount: number;
  readonly active: boolean;
  readonly forS: number | null;
  readonly everyS: number | null;
};

export type FaultFilter = { readonly id?: number; readonly kind?: FaultKind; readonly siteId?: string };

/** All faults of the fleet, and their beginning and end. */
export type FaultBook = {
  /** Begins a fault, or plans it. @returns its number; it acts when the promise is fulfilled, unless it is planned */
  add: (order: FaultOrder) => Promise<number>;
  /** Ends faults. @returns how many were ended */
  remove: (filter: FaultFilter) => Promise<number>;
  list: () => FaultEntry[];
  close: () => void;
};

type Entry = {
  readonly id: number;
  readonly order: FaultOrder;
  sites: Set<SimulatedSite>;
  timer: NodeJS.Timeout | null;
  active: boolean;
};

const REBOOT_S = 15;
const FULL_TANK_PCT = 90;
const LOW_TANK_PCT = 15;

/** The part of the network that faults move; a fleet without one, played in a test, has nothing to do there. */
export type FaultGate = Pick<SiteGate, "settle" | "cut">;

export function createFaultBook(runtime: Pick<FleetRuntime, "clock">, gate: FaultGate): FaultBook {
  const entries = new Map<number, Entry>();
  let lastId = 0;

  async function begin(entry: Entry): Promise<void> {
    entry.active = true;
    const { kind, args } = entry.order;
    for (const site of entry.sites) {
      bringUpToDate(runtime, site);
      const fault = {
        id: entry.id,
        kind,
        args,
        sinceMs: site.plant.timeMs,
        sinceRealMs: Date.now(),
        heldReadings: readingsOf(site),
      };
      setFaults(site, [...site.faults, fault]);
      startInPlant(site, fault);
      if (site.effects.reach === "refused") gate.cut(site.spec.index);
    }
    planNext(entry);
    await gate.settle();
  }

  function planNext(entry: Entry): void {
    const { kind, forS, everyS } = entry.order;
    const lastsS = forS ?? (kind === "reboot" ? REBOOT_S : null);
    if (lastsS === null) return;
    plan(entry, lastsS, async () => {
      await end(entry, entry.sites);
      if (everyS === null) entries.delete(entry.id);
      else plan(entry, Math.max(0, everyS - lastsS), () => begin(entry));
    });
  }

  function plan(entry: Entry, seconds: number, action: () => Promise<void>): void {
    entry.timer = setTimeout(() => {
      action().catch((error: unknown) => console.error(`simulator: fault ${entry.id}: ${String(error)}`));
    }, seconds * 1000);
  }

  async function end(entry: Entry, sites: ReadonlySet<SimulatedSite>): Promise<void> {
    if (!entry.active) return;
    entry.active = sites.size < entry.sites.size;
    for (const site of sites) {
      bringUpToDate(runtime, site);
      const [fault] = site.faults.filter(({ id }) => id === entry.id);
      setFaults(
        site,
        site.faults.filter(({ id }) => id !== entry.id),
      );
      if (fault !== undefined) endInPlant(site, fault);
    }
    await gate.settle();
  }

  return {
    async add(order) {
      // made before it is needed: the first victim must not wait for it
      const bombMb = order.kind === "gzip_bomb" || order.kind === "camera_gzip" ? Number(order.args["mb"]) : 0;
      if (bombMb >= 0.5) await gzipBomb(Math.round(bombMb));
      lastId += 1;
      const entry: Entry = { id: lastId, order, sites: new Set(order.sites), timer: null, active: false };
      entries.set(entry.id, entry);
      if (order.afterS > 0) plan(entry, order.afterS, () => begin(entry));
      else await begin(entry);
      return entry.id;
    },
    async remove(filter) {
      const found = [...entries.values()].filter((entry) => matches(entry, filter));
      for (const entry of found) {
        const ending = new Set(
          [...entry.sites].filter((site) => filter.siteId === undefined || site.spec.id === filter.siteId),
        );
        await end(entry, ending);
        entry.sites = new Set([...entry.sites].filter((site) => !ending.has(site)));
        if (entry.sites.size > 0) continue;
        if (entry.timer !== null) clearTimeout(entry.timer);
        entries.delete(entry.id);
      }
      return found.length;
    },
    list: () =>
      [...entries.values()].map(({ id, order: { kind, args, forS, everyS }, sites, active }) => ({
        id,
        kind,
        args,
        siteCount: sites.size,
        active,
        forS,
        everyS,
      })),
    close() {
      for (const { timer } of entries.values()) if (timer !== null) clearTimeout(timer);
      entries.clear();
    },
  };
}

function matches({ id, order, sites }: Entry, filter: FaultFilter): boolean {
  return (
    (filter.id === undefined || filter.id === id) &&
    (filter.kind === undefined || filter.kind === order.kind) &&
    (filter.siteId === undefined || [...sites].some((site) => site.spec.id === filter.siteId))
  );
}

/** What changes at once when a fault begins. */
function startInPlant(site: SimulatedSite, fault: ActiveFault): void {
  if (fault.kind === "tank_level_low") setPlant(site, { tankLevelPct: LOW_TANK_PCT });
  if (fault.kind === "clogging") setPlant(site, { clogging: Math.max(site.plant.clogging, numberOf(fault, "k")) });
}

/** What people do when they mend it: tanks are filled, filters cleaned; a controller that comes back has its defaults. */
function endInPlant(site: SimulatedSite, { kind }: ActiveFault): void {
  if (kind === "tank_level_low" || kind === "leak") setPlant(site, { tankLevelPct: FULL_TANK_PCT });
  if (kind === "clogging") setPlant(site, { clogging: 1 });
  if (kind === "reboot") rebootSite(site);
}
