import { computed, onScopeDispose, ref, watch } from "vue";
import type { RecordedState } from "./recorded-player.ts";
import { nextRecordedMs, type Recorded, recordedAt, WRITTEN_AFTER_MS } from "./recorded-spans.ts";
import type { SiteMoment } from "./use-site-moment.ts";

type Options = {
  readonly moment: SiteMoment;
  readonly recorded: () => readonly Recorded[];
  readonly mayReplay: () => boolean;
  /** The server's now. */
  readonly nowMs: () => number;
};

/** So long a hand rests in the chart before the video follows it: on the way across nothing is loaded. */
const REST_MS = 300;

/** Which recorded picture a site's page shows: of the moment that was chosen; while it is live, of the chart's cursor. Call in `setup`. */
export function useRecordedPicture({ moment, recorded, mayReplay, nowMs }: Options) {
  const peekMs = ref<number | null>(null);
  const isPlaying = ref(true);
  const state = ref<RecordedState>("starting");
  /** When the picture that is seen was filmed; null = there is none yet. */
  const pictureMs = ref<number | null>(null);

  let rest: ReturnType<typeof setTimeout> | undefined;
  watch(moment.pointedMs, (atMs) => {
    clearTimeout(rest);
    // What somebody has chosen plays on, wherever the hand is.
    const isFree = moment.wanted.value === null && mayReplay();
    if (atMs === null || !isFree) peekMs.value = null;
    else
      rest = setTimeout(() => {
        peekMs.value = recordedAt(recorded(), atMs) ? atMs : null;
      }, REST_MS);
  });
  onScopeDispose(() => clearTimeout(rest));

  const wanted = computed(() => {
    if (peekMs.value !== null) return { atMs: peekMs.value, plays: false };
    const asked = moment.wanted.value;
    return asked && mayReplay() ? { atMs: asked.atMs, plays: isPlaying.value } : null;
  });
  watch(wanted, (next) => {
    state.value = "starting";
    if (next === null) pictureMs.value = null;
  });
  watch(moment.wanted, (asked, before) => {
    clearTimeout(rest);
    peekMs.value = null;
    if (asked === null || before === null) isPlaying.value = true;
  });
  const missingMs = computed(() => (wanted.value && state.value === "missing" ? wanted.value.atMs : null));

  return {
    peekMs,
    wanted,
    isPlaying,
    state,
    pictureMs,
    missingMs,
    /** Where something was recorded after and before what is missing. */
    nextMs: computed(() => (missingMs.value === null ? null : nextRecordedMs(recorded(), missingMs.value))),
    lastMs: computed(() => {
      const atMs = missingMs.value;
      return atMs === null ? null : (recorded().findLast(({ toMs }) => toMs <= atMs)?.toMs ?? null);
    }),
    takePicture(atMs: number): void {
      pictureMs.value = atMs;
      if (peekMs.value === null) moment.tellShown(atMs);
    },
    /** At the end of a playlist the next one follows, or what was recorded next; at the end of all, the present. */
    goOn(endMs: number): void {
      if (peekMs.value !== null) return;
      const next = recordedAt(recorded(), endMs) ? endMs : (nextRecordedMs(recorded(), endMs) ?? endMs);
      if (next > nowMs() - 2 * WRITTEN_AFTER_MS) moment.goLive();
      else moment.show(next);
    },
    step(byMs: number): void {
      const atMs = (moment.shownMs.value ?? nowMs()) + byMs;
      if (atMs > nowMs() - WRITTEN_AFTER_MS) moment.goLive();
      else moment.show(atMs);
    },
    playOrPause(): void {
      isPlaying.value = !isPlaying.value;
      const shownMs = moment.shownMs.value;
      if (shownMs !== null) moment.show(shownMs);
    },
  };
}
