import { compileScope, type SiteScope } from "../domain/access/site-scope.ts";
import { restrictRound } from "../domain/collection/restrict-round.ts";
import type { RoundReport } from "../domain/collection/round-report.ts";
import type { ErrorCode } from "../domain/errors.ts";
import { type RoundFrame, Subscribe } from "../domain/live/live-frame.ts";
import type { ApiContext } from "./context.ts";

const MOST_SITES_OF_A_SITE_VIEW = 1000;

/** The subscribe in a client's message; null when it is none. */
export function readSubscribe(text: string): Subscribe | null {
  try {
    return Subscribe.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Why a subscribe cannot be served; null when it can. A site outside the scope is one that does not exist. */
export function subscribeRefusal(
  inventory: ApiContext["inventory"],
  scope: SiteScope | null,
  { view, sites }: Subscribe,
): { code: ErrorCode; detail: string } | null {
  const isVisible = compileScope(scope);
  const unknown = sites?.find((siteId) => {
    const site = inventory.get(siteId);
    return site === undefined || !isVisible(site);
  });
  if (unknown !== undefined) return { code: "site.not-found", detail: `there is no site "${unknown}"` };
  const isTooMuch = view === "site" && !sites && inventory.all().filter(isVisible).length > MOST_SITES_OF_A_SITE_VIEW;
  if (!isTooMuch) return null;
  return { code: "request.invalid", detail: `sites: view site takes at most ${MOST_SITES_OF_A_SITE_VIEW}, name them` };
}

export type RoundContext = Pick<ApiContext, "inventory"> & {
  readonly config: Pick<ApiContext["config"], "pollIntervalS">;
};

/** The round as it looks to whoever sees the sites of a scope only. */
export function roundWithin({ inventory, config }: RoundContext, scope: SiteScope, report: RoundReport): RoundReport {
  const sites = inventory.all().filter(compileScope(scope));
  return restrictRound(report, new Map(sites.map((site) => [site.id, site])), config.pollIntervalS);
}

/** The message that a round has ended. */
export function roundFrame({ slot, durationMs, sites, ok, late, failed }: RoundReport, nowMs: number): RoundFrame {
  return { type: "round", at: new Date(nowMs).toISOString(), round: { slot, durationMs, sites, ok, late, failed } };
}
