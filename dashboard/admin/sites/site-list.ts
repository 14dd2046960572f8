import type { SiteSummary } from "../../../domain/sites/site-summary.ts";
import type { SiteHealth } from "../../../domain/telemetry/site-health.ts";
import { type Answer, request } from "../../composables/api-request.ts";

export const HEALTHS: readonly SiteHealth[] = ["lost", "late", "good", "disabled"];

/** The whole inventory, page by page. */
export async function readAllSites(signal: AbortSignal): Promise<Answer<readonly SiteSummary[]>> {
  const all: SiteSummary[] = [];
  let after: { readonly cursor?: string } = {};
  for (;;) {
    const answer = await request("GET", "/api/v1/sites", { query: { limit: 1000, ...after }, signal });
    if (!answer.ok) return answer;
    const { items, nextCursor } = answer.body;
    all.push(...items);
    if (nextCursor === null) return { ok: true, body: all, etag: null };
    after = { cursor: nextCursor };
  }
}

/** @param wanted words that must all be in name, id, region, zone or profile */
export function matchSites(
  sites: readonly SiteSummary[],
  wanted: string,
  health: SiteHealth | null,
): readonly SiteSummary[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  return sites.filter((site) => {
    if (health !== null && site.health !== health) return false;
    const text = [site.name, site.id, site.region, site.zone, site.profile].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** What others are called already: new sites mostly stand beside known ones. */
export function placesOf(sites: readonly SiteSummary[], field: "region" | "zone"): readonly string[] {
  return [...new Set(sites.map((site) => site[field]))].sort();
}
