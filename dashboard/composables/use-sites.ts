import { onScopeDispose, type ShallowRef, shallowRef } from "vue";
import { FIRST_PAGE } from "../../domain/live/first-requests.ts";
import type { SiteSummary } from "../../domain/sites/site-summary.ts";
import { getJson } from "./api-request.ts";

/** Names, regions and intervals change when somebody edits the inventory: once a minute is soon enough. */
const REFRESH_MS = 60_000;
const RETRY_MS = 2000;

/** All sites in the inventory's order; null until the first answer. Asks again by itself. Call in `setup`. */
export function useSites(): { sites: Readonly<ShallowRef<readonly SiteSummary[] | null>>; reload: () => void } {
  const sites = shallowRef<readonly SiteSummary[] | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isGone = false;

  async function reload(): Promise<void> {
    clearTimeout(timer);
    let waitMs = REFRESH_MS;
    try {
      const loaded = await loadAll();
      sites.value = keepUnchanged(sites.value, loaded);
    } catch {
      // The banner says already that the server is away; the list on the screen stays.
      waitMs = RETRY_MS;
    }
    if (!isGone) timer = setTimeout(reload, waitMs);
  }

  void reload();
  onScopeDispose(() => {
    isGone = true;
    clearTimeout(timer);
  });
  return { sites, reload: () => void reload() };
}

async function loadAll(): Promise<SiteSummary[]> {
  const all: SiteSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await getJson("/api/v1/sites", {
      query: { limit: FIRST_PAGE.sites, ...(cursor === undefined ? {} : { cursor }) },
    });
    all.push(...(page?.items ?? []));
    cursor = page?.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}

/** A summary whose lasting facts did not change stays the same object, so that no tile is drawn again for it. */
function keepUnchanged(before: readonly SiteSummary[] | null, after: SiteSummary[]): readonly SiteSummary[] {
  const known = new Map(before?.map((site) => [site.id, site]));
  return after.map((site) => {
    const old = known.get(site.id);
    return old && lastingFacts(old) === lastingFacts(site) ? old : site;
  });
}

function lastingFacts({ name, region, zone, enabled, profile, intervalS }: SiteSummary): string {
  return JSON.stringify([name, region, zone, enabled, profile, intervalS]);
}
