import { type Ref, ref, watch } from "vue";
import type { Live } from "../composables/use-live.ts";
import { useSeconds } from "../composables/use-seconds.ts";

/**
 * The server's now for a moving range: a step each time that the line would move by a pixel, at most once a second. It
 * stands still while the page is blind.
 *
 * @param spanMs how much time the chart shows
 */
export function useNow(live: Live, spanMs: () => number): Readonly<Ref<number>> {
  const seconds = useSeconds();
  const nowMs = ref(live.serverNowMs());
  const PIXELS = 1000;
  watch([seconds, live.status], () => {
    const next = live.serverNowMs();
    if (Math.abs(next - nowMs.value) >= Math.max(1000, spanMs() / PIXELS)) nowMs.value = next;
  });
  return nowMs;
}
