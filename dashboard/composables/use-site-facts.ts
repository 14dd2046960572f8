import { onScopeDispose, type Ref, ref, type ShallowRef, shallowRef, watch } from "vue";
import type { SiteSummary } from "../../domain/sites/site-summary.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { getJson, request } from "./api-request.ts";

const REFRESH_MS = 10_000;
const WATCH_S = 60;
const WATCH_AGAIN_MS = 45_000;

export type SiteFacts = {
  readonly summary: Readonly<ShallowRef<SiteSummary | null>>;
  /** The newest snapshot as REST gives it: with unmapped fields and marks of fault bits, which live frames leave out. */
  readonly snapshot: Readonly<ShallowRef<Snapshot | null>>;
  readonly isUnknown: Readonly<Ref<boolean>>;
};

/**
 * What is slow about one site: who it is, how its polls went. Asked for again while the page is seen, and at once after
 * an outage.
 *
 * @param outages a number that grows when the server is back
 */
export function useSiteFacts(siteId: Readonly<Ref<string>>, outages: Readonly<Ref<number>>): SiteFacts {
  const summary = shallowRef<SiteSummary | null>(null);
  const snapshot = shallowRef<Snapshot | null>(null);
  const isUnknown = ref(false);
  let asked = 0;
  let hasAsked = false;

  async function load(): Promise<void> {
    asked += 1;
    const mine = asked;
    const id = siteId.value;
    if (id === "") return;
    try {
      const [site, newest] = await Promise.all([
        getJson("/api/v1/sites/{id}", { path: { id } }),
        getJson("/api/v1/sites/{id}/snapshot", { path: { id } }),
      ]);
      if (mine !== asked) return;
      summary.value = site;
      snapshot.value = newest;
      isUnknown.value = site === null;
      if (site !== null && !hasAsked) askToWatch();
    } catch {
      // The banner says that the server is away; the facts on the screen stay, greyed.
    }
  }

  /** People look at this site: the platform polls it more often for a minute. */
  function askToWatch(): void {
    if (summary.value === null || document.visibilityState !== "visible") return;
    hasAsked = true;
    // Closer polling is a courtesy; refused, the page shows the usual interval.
    void request("POST", "/api/v1/sites/{id}/watch", { path: { id: siteId.value }, body: { forS: WATCH_S } });
  }

  const isSeen = () => document.visibilityState === "visible";
  const refreshTimer = setInterval(() => isSeen() && void load(), REFRESH_MS);
  const watchTimer = setInterval(askToWatch, WATCH_AGAIN_MS);
  const onSeen = (): void => {
    if (!isSeen()) return;
    void load();
    askToWatch();
  };
  document.addEventListener("visibilitychange", onSeen);
  watch(outages, () => void load());
  watch(
    siteId,
    () => {
      summary.value = null;
      snapshot.value = null;
      isUnknown.value = false;
      hasAsked = false;
      void load();
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    asked += 1;
    clearInterval(refreshTimer);
    clearInterval(watchTimer);
    document.removeEventListener("visibilitychange", onSeen);
  });
  return { summary, snapshot, isUnknown };
}
