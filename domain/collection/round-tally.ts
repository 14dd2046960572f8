import type { SiteId } from "../sites/site-id.ts";
import type { FailureCause } from "./failure-cause.ts";
import type { RoundReport } from "./round-report.ts";
import { instantText, slotText } from "./slots.ts";

/** The verdict on one site in one round. */
export type SiteVerdict =
  | { readonly kind: "ok"; readonly latencyMs: number }
  | { readonly kind: "late" }
  | { readonly kind: "failed"; readonly cause: FailureCause; readonly isSkipped: boolean };

/** Collects one verdict per site; a second verdict on the same site, and one after the close, is ignored. */
export type RoundTally = {
  /** @returns false when the site has a verdict already, is not of this round, or the round is closed */
  add(siteId: SiteId, verdict: SiteVerdict): boolean;
  /** Takes a site out that is somebody else's by now; without effect once it has a verdict. */
  withdraw(siteId: SiteId): void;
  /** True when every site has its verdict. */
  isComplete(): boolean;
  readonly isClosed: boolean;
  /** Counts who has no verdict as late. Later calls return the same report. */
  close(durationMs: number): RoundReport;
};

export function createRoundTally(slotMs: number, startedAtMs: number, siteIds: readonly SiteId[]): RoundTally {
  const open = new Set(siteIds);
  let sites = open.size;
  const lateSites: SiteId[] = [];
  const failedSites: Partial<Record<FailureCause, SiteId[]>> = {};
  let ok = 0;
  let skipped = 0;
  let slowest: RoundReport["slowest"] = null;
  let report: RoundReport | undefined;

  function count(siteId: SiteId, verdict: SiteVerdict): void {
    if (verdict.kind === "ok") {
      ok += 1;
      if (slowest === null || verdict.latencyMs > slowest.latencyMs) slowest = { siteId, latencyMs: verdict.latencyMs };
    } else if (verdict.kind === "late") {
      lateSites.push(siteId);
    } else {
      const sitesOfCause = failedSites[verdict.cause] ?? [];
      failedSites[verdict.cause] = sitesOfCause;
      sitesOfCause.push(siteId);
      if (verdict.isSkipped) skipped += 1;
    }
  }

  return {
    add(siteId, verdict) {
      if (report !== undefined || !open.delete(siteId)) return false;
      count(siteId, verdict);
      return true;
    },
    withdraw(siteId) {
      if (report === undefined && open.delete(siteId)) sites -= 1;
    },
    isComplete: () => open.size === 0,
    get isClosed() {
      return report !== undefined;
    },
    close(durationMs) {
      if (report !== undefined) return report;
      lateSites.push(...open);
      const failed = Object.fromEntries(Object.entries(failedSites).map(([cause, ids]) => [cause, ids.length]));
      report = {
        slot: slotText(slotMs),
        startedAt: instantText(startedAtMs),
        durationMs: Math.max(0, Math.round(durationMs * 10) / 10),
        sites,
        ok,
        late: lateSites.length,
        failed,
        skipped,
        lateSites,
        failedSites,
        slowest,
      };
      return report;
    },
  };
}
