import { intervalInForceMs } from "../../domain/collection/slots.ts";
import { startOffsetMs } from "../../domain/collection/start-spread.ts";
import type { Site } from "../../domain/sites/site.ts";
import type { CollectorLog, PolledInventory, PolledProfile, Transport } from "./collector-options.ts";
import { newSiteRuntime, type SiteRuntime } from "./site-runtime.ts";

/** Sites with the same interval in force, in order of id: they share their slots. */
export type Cohort = { readonly intervalMs: number; readonly sites: readonly SiteRuntime[] };

/** The enabled sites of the inventory that this process polls, as the collector holds them. */
export type Roster = {
  get(siteId: string): SiteRuntime | undefined;
  /** Takes over the inventory as it is now. Unchanged sites keep their connection and all that is known of them. */
  refresh(): void;
  /** Makes the cohorts anew after a refresh, a new watch or the end of one. */
  cohorts(nowMs: number): readonly Cohort[];
  /** Monotonic; infinite when no site is watched. */
  nextWatchEndMs(nowMs: number): number;
  readonly size: number;
  closeAll(): void;
};

type RosterParts = {
  readonly inventory: PolledInventory;
  profileOf(idOrTag: string): PolledProfile | undefined;
  isMine(siteId: string): boolean;
  readonly pollIntervalS: number;
  readonly transport: Transport;
  readonly log: CollectorLog;
};

export function createRoster(parts: RosterParts): Roster {
  const { inventory, profileOf, isMine, pollIntervalS, transport, log } = parts;
  let runtimes = new Map<string, SiteRuntime>();
  const unknownProfiles = new Set<string>();

  function runtimeOf(site: Site): SiteRuntime | undefined {
    const profile = profileOf(site.profileId);
    if (profile === undefined) {
      reportUnknown(site);
      return undefined;
    }
    const known = runtimes.get(site.id);
    if (known !== undefined && known.controllerUrl === site.controllerUrl && known.profile.tag === profile.tag) {
      known.ownIntervalS = site.intervalS;
      return known;
    }
    const runtime = newSiteRuntime(site, profile, transport);
    // The new address takes over at the next slot: this one was polled already.
    runtime.lastSlotMs = known?.lastSlotMs ?? null;
    return runtime;
  }

  function reportUnknown({ id, profileId }: Site): void {
    if (unknownProfiles.has(profileId)) return;
    unknownProfiles.add(profileId);
    log.error({ siteId: id, profileId }, "sites with an unknown profile are not polled");
  }

  return {
    get: (siteId) => runtimes.get(siteId),
    refresh() {
      const next = new Map<string, SiteRuntime>();
      for (const site of inventory.all()) {
        const runtime = site.enabled && isMine(site.id) ? runtimeOf(site) : undefined;
        if (runtime !== undefined) next.set(site.id, runtime);
      }
      for (const [siteId, runtime] of runtimes) if (next.get(siteId) !== runtime) retire(runtime);
      runtimes = next;
    },
    cohorts(nowMs) {
      const byInterval = new Map<number, SiteRuntime[]>();
      for (const runtime of runtimes.values()) {
        runtime.intervalMs = intervalInForceMs(runtime.ownIntervalS, pollIntervalS, runtime.watchedUntilMs > nowMs);
        const sites = byInterval.get(runtime.intervalMs);
        if (sites === undefined) byInterval.set(runtime.intervalMs, [runtime]);
        else sites.push(runtime);
      }
      return [...byInterval].map(([intervalMs, sites]) => spread(intervalMs, sites));
    },
    nextWatchEndMs(nowMs) {
      let earliest = Number.POSITIVE_INFINITY;
      for (const { watchedUntilMs } of runtimes.values()) {
        if (watchedUntilMs > nowMs) earliest = Math.min(earliest, watchedUntilMs);
      }
      return earliest;
    },
    get size() {
      return runtimes.size;
    },
    closeAll() {
      for (const runtime of runtimes.values()) retire(runtime);
    },
  };
}

function retire(runtime: SiteRuntime): void {
  runtime.cancelLateTry?.();
  runtime.cancelLateTry = null;
  runtime.isRetired = true;
  runtime.line.close();
}

function spread(intervalMs: number, sites: SiteRuntime[]): Cohort {
  for (const [index, site] of sites.entries()) site.offsetMs = startOffsetMs(index, sites.length, intervalMs);
  return { intervalMs, sites };
}
