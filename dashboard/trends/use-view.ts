import { computed, onScopeDispose, type Ref, ref, watch } from "vue";
import { useNavigation } from "../composables/use-navigation.ts";
import { panSpan, rangeOf, type Span, spanOf, type TimeRange, zoomSpan } from "./time-range.ts";
import { parseView, type TrendView, viewPath } from "./view-url.ts";

/** A gesture is over when nothing more came for this long: then the finer history is asked for. */
const SETTLED_MS = 180;
/** Gestures that follow each other this closely are one step to go back from. */
const ONE_STEP_MS = 3000;

export type ViewState = {
  /** What the address says. */
  readonly view: Readonly<Ref<TrendView>>;
  /** What is on the screen: ahead of the address while somebody zooms. */
  readonly span: Readonly<Ref<Span>>;
  /** Changes the address without a step to go back to. */
  change(next: Partial<TrendView>): void;
  /** A range of its own step: "back" undoes it. */
  setRange(range: TimeRange): void;
  gesture(span: Span): void;
  zoom(factor: number): void;
  pan(share: number): void;
};

/** The address is the state: every view can be sent as a link, reloaded, and left by "back". Call in `setup`. */
export function useView(nowMs: Readonly<Ref<number>>, serverNowMs: () => number): ViewState {
  const { query, path, go, replace } = useNavigation();
  const address = computed(() => (path.value.startsWith("/dashboard/trends") ? query.value.toString() : null));
  const view = ref<TrendView>(parseView(query.value)) as Ref<TrendView>;
  const ahead = ref<Span | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let settledMs = Number.NEGATIVE_INFINITY;

  watch(address, (next) => {
    // On the way to another page its query is none of ours.
    if (next === null) return;
    view.value = parseView(query.value);
    ahead.value = null;
  });

  const span = computed<Span>(() => ahead.value ?? spanOf(view.value.range, nowMs.value));

  function setRange(range: TimeRange, isSameStep = false): void {
    clearTimeout(timer);
    const next = viewPath({ ...view.value, range });
    if (next === viewPath(view.value)) ahead.value = null;
    else if (isSameStep) replace(next);
    else go(next);
  }
  function gesture(next: Span): void {
    ahead.value = spanOf(rangeOf(next, serverNowMs()), serverNowMs());
    clearTimeout(timer);
    timer = setTimeout(() => {
      const isSameStep = performance.now() - settledMs < ONE_STEP_MS;
      settledMs = performance.now();
      if (ahead.value) setRange(rangeOf(ahead.value, serverNowMs()), isSameStep);
    }, SETTLED_MS);
  }
  onScopeDispose(() => clearTimeout(timer));

  return {
    view,
    span,
    setRange: (range) => setRange(range),
    gesture,
    change: (next) => replace(viewPath({ ...view.value, ...next })),
    zoom(factor) {
      const { fromMs, toMs } = span.value;
      const isLive = ahead.value === null && view.value.range.kind === "last";
      gesture(zoomSpan(span.value, factor, isLive ? toMs : (fromMs + toMs) / 2));
    },
    pan: (share) => gesture(panSpan(span.value, share, serverNowMs())),
  };
}
