import { onScopeDispose, type Ref, readonly, ref, watch } from "vue";
import {
  NO_OFFER,
  readTranscodingOffer,
  type TranscodingOffer,
} from "../../domain/video/transcode/transcoding-offer.ts";
import { limited } from "./limited.ts";

/** What the flow asks for, and FFmpeg itself, change seldom; a gateway that begins knows soon. */
const EVERY_MS = 60_000;
const SOON_MS = 3_000;
const LIMIT_MS = 4_000;

/**
 * What FFmpeg makes at the gateway, if anything. Call in `setup`.
 *
 * @param isOpen the session with the gateway: it is asked afterwards
 */
export function useTranscodingOffer(isOpen: Readonly<Ref<boolean>>): Readonly<Ref<TranscodingOffer>> {
  const offer = ref<TranscodingOffer>(NO_OFFER);
  const gone = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function ask(): Promise<void> {
    clearTimeout(timer);
    const signal = limited(gone.signal, LIMIT_MS);
    const answer: unknown = await fetch("/v/_wall/offer", { credentials: "same-origin", signal })
      .then((response) => (response.ok ? response.json() : null))
      .catch(() => null);
    if (gone.signal.aborted) return;
    const next = readTranscodingOffer(answer);
    // The last word stands while nobody answers; the same word again changes nothing.
    const isNews = answer !== null && JSON.stringify(next) !== JSON.stringify(offer.value);
    if (isNews) offer.value = next;
    timer = setTimeout(ask, next.ffmpeg === "unknown" ? SOON_MS : EVERY_MS);
  }

  watch(isOpen, (open) => open && void ask(), { immediate: true });
  onScopeDispose(() => {
    gone.abort();
    clearTimeout(timer);
  });
  return readonly(offer) as Readonly<Ref<TranscodingOffer>>;
}
