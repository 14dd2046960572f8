import { onScopeDispose, type Ref, readonly, ref } from "vue";
import { isAway } from "../composables/api-request.ts";
import { takeEarlyVideo } from "../live/early-video.ts";
import { openVideoSession } from "./stream-list.ts";

/** A session lasts a few minutes; a renewal that fails once has time for another. */
const RENEW_MS = 60_000;
const RETRY_MS = 3_000;

/**
 * Keeps this browser's session at the video gateway while the page is looked at. Call in `setup`.
 *
 * @returns `isOpen`: pictures can be asked for; `renew`: at once, when the gateway has refused
 */
export function useVideoSession(): { readonly isOpen: Readonly<Ref<boolean>>; renew(): Promise<void> } {
  const isOpen = ref(false);
  const gone = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let renewal: Promise<void> | null = null;

  async function open(): Promise<void> {
    clearTimeout(timer);
    const isOpenAlready = await takeEarlyVideo();
    const answer = isOpenAlready ? ({ ok: true } as const) : await openVideoSession(gone.signal);
    if (gone.signal.aborted) return;
    if (answer.ok) isOpen.value = true;
    // One who may not see video is told so by the list; it is asked again there.
    const waitMs = answer.ok ? RENEW_MS : isAway(answer.trouble) ? RETRY_MS : null;
    if (waitMs !== null) timer = setTimeout(again, waitMs);
  }
  function renew(): Promise<void> {
    renewal ??= open().finally(() => {
      renewal = null;
    });
    return renewal;
  }
  function again(): void {
    // Nobody looks at a hidden page: it asks when it is seen again.
    if (document.visibilityState === "visible") void renew();
  }

  void renew();
  document.addEventListener("visibilitychange", again);
  onScopeDispose(() => {
    gone.abort();
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", again);
  });
  return { isOpen: readonly(isOpen), renew };
}
