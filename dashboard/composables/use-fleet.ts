import { type ComputedRef, computed, type ShallowRef, shallowRef, watch } from "vue";
import { type FleetSummary, summariseFleet } from "../../domain/live/fleet-summary.ts";
import type { SiteSummary } from "../../domain/sites/site-summary.ts";
import type { Live } from "./use-live.ts";

/**
 * The fleet's summary, kept up with each frame and each second. It stays the same object while nothing on the screen
 * would change. A blind screen judges by the moment it went blind: it does not know that 150 sites were lost, only that
 * it sees nothing.
 */
export function useFleet(
  live: Live,
  sites: Readonly<ShallowRef<readonly SiteSummary[] | null>>,
  seconds: { readonly value: number },
): { summary: Readonly<ShallowRef<FleetSummary | null>>; isBlind: ComputedRef<boolean> } {
  const summary = shallowRef<FleetSummary | null>(null);
  const isBlind = computed(() => live.status.value === "blind");

  watch(
    [sites, live.rows, live.hasRows, live.blindSinceMs, seconds],
    () => {
      if (!sites.value || !live.hasRows.value) return;
      const atMs = live.blindSinceMs.value ?? live.serverNowMs();
      const next = summariseFleet(sites.value, live.rows.value, atMs, summary.value ?? undefined);
      if (!isSame(summary.value, next)) summary.value = next;
    },
    { immediate: true },
  );
  return { summary, isBlind };
}

/** All figures follow from the tiles, so the same tiles in the same order are the same summary. */
function isSame(before: FleetSummary | null, after: FleetSummary): boolean {
  return (
    before !== null &&
    before.tiles.length === after.tiles.length &&
    before.tiles.every((tile, place) => tile === after.tiles[place])
  );
}
