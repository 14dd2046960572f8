import type { LiveChange } from "../adapters/live/live-state.ts";
import { type SiteScope, scopeKey } from "../domain/access/site-scope.ts";
import { keepNewest } from "../domain/keep-newest.ts";
import { activeFaults } from "../domain/points/fault-labels.ts";
import type { Site } from "../domain/sites/site.ts";
import type { SiteSummary } from "../domain/sites/site-summary.ts";
import { healthOf } from "../domain/telemetry/site-health.ts";
import type { Snapshot } from "../domain/telemetry/snapshot.ts";
import type { ApiContext } from "./context.ts";
import { pageAfter } from "./lists.ts";
import { type Representation, represent } from "./representation.ts";
import { JSON_TYPE } from "./send.ts";
import { createVisibleLists } from "./visible-sites.ts";

/** Ages are told in whole seconds, so a list of summaries is true for that long. */
const SUMMARY_LIFE_MS = 1000;
const MAX_PAGES_KEPT = 32;
/** Of all limited viewers together: they never push out what everybody else asks for. */
const MAX_LIMITED_PAGES_KEPT = 32;
/** Snapshots that are serialised at a stretch, a millisecond or two; then others have their turn. */
const READY_AT_ONCE = 50;

/**
 * What all clients ask for, kept ready as bytes: serialised once per change, not once per request. Clients with the same
 * limits share theirs.
 */
export interface LatestState {
  /** A page of `{items: Snapshot[], …}`; made anew at most once per change of the live state. */
  snapshots(scope: SiteScope | null, limit: number, cursor: string | undefined): Representation;
  /** A page of `{items: SiteSummary[], …}`; at most a second old. */
  sites(scope: SiteScope | null, limit: number, cursor: string | undefined): Representation;
  summaryOf(site: Site): SiteSummary;
  close(): void;
}

type Kept = { readonly revision: number; readonly madeAtMs: number; readonly representation: Representation };

/** What the latest state is made of. */
export type LatestSources = Pick<ApiContext, "inventory" | "liveState" | "collector" | "config">;

/** @param clock milliseconds since the Unix epoch */
export function createLatestState(context: LatestSources, clock: () => number): LatestState {
  const { inventory, liveState, collector, config } = context;
  const visible = createVisibleLists(inventory);
  const pages = new Map<string, Kept>();
  const limitedPages = new Map<string, Kept>();
  const texts = new Map<string, { readonly snapshot: Snapshot; readonly json: string }>();
  let revision = 0;
  const touch = () => {
    revision += 1;
  };
  const moved = new Set<string>();
  let makingReady: NodeJS.Immediate | undefined;
  const unsubscribe = [liveState.onChange(take), inventory.onChange(touch)];

  /** What was asked for once is serialised again as soon as it moves: who asks after a round does not wait for that. */
  function take({ siteIds }: LiveChange): void {
    touch();
    for (const siteId of siteIds) if (texts.has(siteId)) moved.add(siteId);
    if (moved.size > 0) makingReady ??= setImmediate(makeReady);
  }

  function makeReady(): void {
    let left = READY_AT_ONCE;
    for (const siteId of moved) {
      if (left === 0) break;
      left -= 1;
      moved.delete(siteId);
      const snapshot = liveState.get(siteId);
      if (snapshot) textOf(snapshot);
    }
    makingReady = moved.size > 0 ? setImmediate(makeReady) : undefined;
  }

  function kept(scope: SiteScope | null, page: string, lifeMs: number, make: () => string): Representation {
    const all = scope === null ? pages : limitedPages;
    const most = scope === null ? MAX_PAGES_KEPT : MAX_LIMITED_PAGES_KEPT;
    const key = scope === null ? page : `${page} ${scopeKey(scope)}`;
    const known = all.get(key);
    if (known && known.revision === revision && clock() - known.madeAtMs < lifeMs) return known.representation;
    const representation = represent(JSON_TYPE, make());
    keepNewest(all, most, key, { revision, madeAtMs: clock(), representation });
    return representation;
  }

  /** A site that did not move costs nothing when its neighbours did. */
  function textOf(snapshot: Snapshot): string {
    const known = texts.get(snapshot.siteId);
    if (known?.snapshot === snapshot) return known.json;
    const json = JSON.stringify(snapshot);
    texts.set(snapshot.siteId, { snapshot, json });
    return json;
  }

  function sitesWithSnapshot(scope: SiteScope | null): Site[] {
    const all = liveState.all();
    for (const siteId of texts.keys()) if (!all.has(siteId)) texts.delete(siteId);
    return visible.of(scope).filter(({ id }) => all.has(id));
  }

  function summaryOf(site: Site): SiteSummary {
    const snapshot = liveState.get(site.id);
    const facts = collector.factsOf(site.id);
    const intervalS = site.intervalS ?? config.pollIntervalS;
    const ageS = snapshot ? Math.max(0, Math.round((clock() - Date.parse(snapshot.collectedAt)) / 1000)) : null;
    return {
      id: site.id,
      name: site.name,
      region: site.region,
      zone: site.zone,
      enabled: site.enabled,
      profile: site.profileId,
      intervalS,
      health: healthOf(ageS, intervalS, site.enabled),
      lastSnapshotAt: snapshot?.collectedAt ?? null,
      ageS,
      openFaults: snapshot ? activeFaults(snapshot.values, snapshot.faults).length : 0,
      lastPoll: facts && {
        slot: facts.slot,
        result: facts.result,
        attempts: facts.attempts,
        latencyMs: facts.latencyMs,
        breaker: facts.breaker,
        misses: facts.misses,
      },
      minersExpected: site.minersExpected,
      ratedPowerKw: site.ratedPowerKw,
      location: site.location,
    };
  }

  return {
    summaryOf,
    snapshots: (scope, limit, cursor) =>
      kept(scope, `snapshots ${limit} ${cursor ?? ""}`, Number.POSITIVE_INFINITY, () => {
        const sites = sitesWithSnapshot(scope);
        const { page, nextCursor } = pageAfter(sites, cursor, limit);
        const items = page.flatMap(({ id }) => {
          const snapshot = liveState.get(id);
          return snapshot ? [textOf(snapshot)] : [];
        });
        return `{"items":[${items.join(",")}],"nextCursor":${JSON.stringify(nextCursor)},"total":${sites.length}}`;
      }),
    sites: (scope, limit, cursor) =>
      kept(scope, `sites ${limit} ${cursor ?? ""}`, SUMMARY_LIFE_MS, () => {
        const all = visible.of(scope);
        const { page, nextCursor } = pageAfter(all, cursor, limit);
        return JSON.stringify({ items: page.map(summaryOf), nextCursor, total: all.length });
      }),
    close() {
      clearImmediate(makingReady);
      for (const stop of unsubscribe) stop();
      visible.close();
    },
  };
}
