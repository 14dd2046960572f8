import { type Ref, readonly, ref, watch } from "vue";
import { useLive } from "./use-live.ts";
import { useSeconds } from "./use-seconds.ts";

/** The server's time in milliseconds since the Unix epoch, kept up, so that ages do not depend on this machine's clock. Call in `setup`. */
export function useServerNow(): Readonly<Ref<number>> {
  const live = useLive();
  const nowMs = ref(live.serverNowMs());
  watch(useSeconds(), () => {
    nowMs.value = live.serverNowMs();
  });
  return readonly(nowMs);
}
