import type { FailureCause } from "./failure-cause.ts";
import type { RoundReport } from "./round-report.ts";

/**
 * One report out of those of the collectors that shared a slot: counts are summed, a site is listed once, the duration is
 * from the first start to the last end.
 *
 * @param reports of the same slot; at least one
 * @param mostSites a site that two collectors polled, as at a hand-over, is counted twice by them; no more than so many
 *   sites are told of. 0 = whatever the reports say
 */
export function joinRounds(reports: readonly RoundReport[], mostSites = 0): RoundReport {
  const [first, ...others] = reports;
  if (first === undefined) throw new Error("there is no round to join");
  if (others.length === 0) return first;
  const startMs = Math.min(...reports.map(({ startedAt }) => Date.parse(startedAt)));
  const endMs = Math.max(...reports.map(({ startedAt, durationMs }) => Date.parse(startedAt) + durationMs));
  const failedSites = joinFailed(reports);
  const failed = Object.fromEntries(Object.entries(failedSites).map(([cause, siteIds]) => [cause, siteIds.length]));
  const failedIds = new Set(Object.values(failedSites).flat());
  const lateSites = [...new Set(reports.flatMap((report) => report.lateSites))].filter((id) => !failedIds.has(id));
  const silent = failedIds.size + lateSites.length;
  const ok = sum(reports, (report) => report.ok);
  const mostOk = mostSites === 0 ? ok : Math.max(0, mostSites - silent);
  return {
    slot: first.slot,
    startedAt: reports.find(({ startedAt }) => Date.parse(startedAt) === startMs)?.startedAt ?? first.startedAt,
    durationMs: Math.max(0, Math.round((endMs - startMs) * 10) / 10),
    sites: Math.min(ok, mostOk) + silent,
    ok: Math.min(ok, mostOk),
    late: lateSites.length,
    failed,
    skipped: Math.min(
      failedIds.size,
      sum(reports, (report) => report.skipped),
    ),
    lateSites,
    failedSites,
    slowest: slowestOf(reports),
  };
}

function joinFailed(reports: readonly RoundReport[]): Partial<Record<FailureCause, string[]>> {
  const known = new Set<string>();
  const joined: Partial<Record<FailureCause, string[]>> = {};
  for (const { failedSites } of reports) {
    for (const [cause, siteIds] of Object.entries(failedSites) as [FailureCause, string[]][]) {
      const fresh = siteIds.filter((siteId) => !known.has(siteId));
      for (const siteId of fresh) known.add(siteId);
      if (fresh.length > 0) joined[cause] = [...(joined[cause] ?? []), ...fresh];
    }
  }
  return joined;
}

function slowestOf(reports: readonly RoundReport[]): RoundReport["slowest"] {
  return reports.reduce<RoundReport["slowest"]>(
    (slowest, report) =>
      report.slowest !== null && (slowest === null || report.slowest.latencyMs > slowest.latencyMs)
        ? report.slowest
        : slowest,
    null,
  );
}

function sum(reports: readonly RoundReport[], read: (report: RoundReport) => number): number {
  return reports.reduce((total, report) => total + read(report), 0);
}
