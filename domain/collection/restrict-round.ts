import type { FailureCause } from "./failure-cause.ts";
import type { RoundReport } from "./round-report.ts";

/** What has to be known of a site to tell whether a round was about it. */
export type RoundSite = { readonly id: string; readonly enabled: boolean; readonly intervalS: number | null };

/**
 * A round as somebody sees it who may see some sites only: counts and lists of those. A report names the sites that were
 * late or failed, not those that went well: how many these were follows from the inventory as it is now, by which sites
 * were due at the slot; one that is watched closely counts at its usual slots only. `skipped` is at most that many; start and duration are those of the whole round.
 *
 * @param sites those that may be seen
 * @param platformIntervalS polling interval of a site without one of its own, seconds
 */
export function restrictRound(
  report: RoundReport,
  sites: ReadonlyMap<string, RoundSite>,
  platformIntervalS: number,
): RoundReport {
  const lateSites = report.lateSites.filter((id) => sites.has(id));
  const failedSites: Partial<Record<FailureCause, string[]>> = {};
  const silent = new Set(lateSites);
  for (const [cause, siteIds] of Object.entries(report.failedSites) as [FailureCause, string[]][]) {
    const own = siteIds.filter((id) => sites.has(id));
    for (const id of own) silent.add(id);
    if (own.length > 0) failedSites[cause] = own;
  }
  const failed = Object.fromEntries(Object.entries(failedSites).map(([cause, siteIds]) => [cause, siteIds.length]));
  const failures = silent.size - lateSites.length;
  const slotMs = Date.parse(report.slot);
  const isDue = ({ enabled, intervalS }: RoundSite) =>
    enabled && slotMs % ((intervalS ?? platformIntervalS) * 1000) === 0;
  const due = [...sites.values()].filter((site) => isDue(site) && !silent.has(site.id)).length;
  const ok = Math.min(report.ok, due);
  const { slot, startedAt, durationMs, slowest } = report;
  return {
    slot,
    startedAt,
    durationMs,
    sites: ok + silent.size,
    ok,
    late: lateSites.length,
    failed,
    skipped: Math.min(report.skipped, failures),
    lateSites,
    failedSites,
    slowest: slowest && sites.has(slowest.siteId) ? slowest : null,
  };
}
