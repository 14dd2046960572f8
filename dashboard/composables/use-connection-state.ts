import { type ComputedRef, computed } from "vue";
import { silentAfterMs } from "./silent-after.ts";
import type { Live } from "./use-live.ts";
import type { PlatformFacts } from "./use-platform-facts.ts";

/**
 * What the reader must know about the data: `silent` is a platform that answers but collects nothing, which a socket
 * alone would call live.
 */
export type ConnectionState = "connecting" | "live" | "stale" | "silent" | "blind";

export function useConnectionState(
  live: Live,
  facts: { readonly value: PlatformFacts | null },
  seconds: { readonly value: number },
): { state: ComputedRef<ConnectionState>; sinceMs: ComputedRef<number | null> } {
  const lastRoundMs = computed(() => (live.round.value ? Date.parse(live.round.value.slot) : null));
  const isSilent = computed(() => {
    void seconds.value;
    if (!facts.value || lastRoundMs.value === null) return false;
    return live.serverNowMs() - lastRoundMs.value > silentAfterMs(facts.value.pollIntervalS);
  });
  const state = computed<ConnectionState>(() =>
    live.status.value === "live" && isSilent.value ? "silent" : live.status.value,
  );
  const sinceMs = computed(() => {
    if (state.value === "blind") return live.blindSinceMs.value;
    return state.value === "silent" ? lastRoundMs.value : null;
  });
  return { state, sinceMs };
}
