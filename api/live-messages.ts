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

/** Why a subscribe cannot be served; null when it can. */
export function subscribeRefusal(
  inventory: ApiContext["inventory"],
  { view, sites }: Subscribe,
): { code: ErrorCode; detail: string } | null {
  const unknown = sites?.find((siteId) => inventory.get(siteId) === undefined);
  if (unknown !== undefined) return { code: "site.not-found", detail: `there is no site "${unknown}"` };
  if (sites?.length === 0) return { code: "request.invalid", detail: "sites: name at least one, or leave it out" };
  const isTooMuch = view === "site" && !sites && inventory.all().length > MOST_SITES_OF_A_SITE_VIEW;
  if (!isTooMuch) return null;
  return { code: "request.invalid", detail: `sites: view site takes at most ${MOST_SITES_OF_A_SITE_VIEW}, name them` };
}

/** The message that a round has ended. */
export function roundFrame({ slot, durationMs, sites, ok, late, failed }: RoundReport, nowMs: number): RoundFrame {
  return { type: "round", at: new Date(nowMs).toISOString(), round: { slot, durationMs, sites, ok, late, failed } };
}
