import { onScopeDispose, type Ref, ref, watch } from "vue";
import { type Geometry, plotWidth, timeAtX } from "./chart-geometry.ts";
import { panSpan, type Span, zoomSpan } from "./time-range.ts";

export type ChartInputTarget = {
  readonly element: Readonly<Ref<HTMLElement | null>>;
  readonly geometry: () => Geometry;
  readonly span: () => Span;
  readonly nowMs: () => number;
  /** Another stretch of time is wanted, at once on the screen. */
  readonly onSpan: (span: Span) => void;
  /** Null: the cursor has left. */
  readonly onCursor: (atMs: number | null) => void;
  /** A moment is chosen: by a click that marks nothing, or by Enter at the cursor. */
  readonly onPick?: (atMs: number) => void;
  /** Width of one row, for the arrow keys. */
  readonly stepMs: () => number;
};

/** What the mouse is marking out, in pixels of the chart. */
export type Marking = { readonly fromX: number; readonly toX: number };

const WHEEL_ZOOM = 1.0016;
const KEY_ZOOM = 1.6;
/** A press that moves less than this is a click. */
const LEAST_DRAG_PX = 6;

/**
 * Wheel zooms about the pointer, click chooses a moment, drag marks a stretch, shift and drag (or a finger) moves it, two fingers zoom, double click
 * zooms out. Keys: arrows move the cursor, Enter chooses it, with shift the range; plus and minus zoom; Home and End go to its ends.
 */
export function useChartInput(target: ChartInputTarget): {
  marking: Readonly<Ref<Marking | null>>;
  onKey: (event: KeyboardEvent) => void;
} {
  const marking = ref<Marking | null>(null);
  const pointers = new Map<number, number>();
  let drag: { mode: "mark" | "move" | "pinch"; startX: number; span: Span; distance: number } | null = null;
  let keyCursorMs: number | null = null;

  const xOf = (event: { clientX: number }): number => {
    const box = target.element.value?.getBoundingClientRect();
    return event.clientX - (box?.left ?? 0);
  };
  const timeAt = (x: number, span = target.span()): number => timeAtX(target.geometry(), span, x);
  const shareOf = (px: number): number => px / plotWidth(target.geometry());

  function onWheel(event: WheelEvent): void {
    event.preventDefault();
    const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (isSideways) target.onSpan(panSpan(target.span(), shareOf(event.deltaX || event.deltaY), target.nowMs()));
    else zoomBy(WHEEL_ZOOM ** pixelsOf(event), timeAt(xOf(event)));
  }

  function onDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    pointers.set(event.pointerId, xOf(event));
    target.element.value?.setPointerCapture(event.pointerId);
    const isMove = event.shiftKey || event.pointerType === "touch";
    drag = { mode: isMove ? "move" : "mark", startX: xOf(event), span: target.span(), distance: 0 };
    if (pointers.size === 2) drag = { ...drag, mode: "pinch", distance: distanceOf(pointers) };
  }

  function onMove(event: PointerEvent): void {
    const x = xOf(event);
    if (pointers.has(event.pointerId)) pointers.set(event.pointerId, x);
    target.onCursor(isInside(x) ? timeAt(x) : null);
    if (!drag) return;
    if (drag.mode === "pinch") pinch(drag.span, drag.distance);
    else if (drag.mode === "move") target.onSpan(panSpan(drag.span, shareOf(drag.startX - x), target.nowMs()));
    else if (Math.abs(x - drag.startX) >= LEAST_DRAG_PX) marking.value = between(drag.startX, x);
  }

  function onUp(event: PointerEvent): void {
    pointers.delete(event.pointerId);
    const marked = marking.value;
    const x = xOf(event);
    const isClick = drag !== null && drag.mode !== "pinch" && Math.abs(x - drag.startX) < LEAST_DRAG_PX;
    marking.value = null;
    drag = null;
    if (!marked && isClick && event.type === "pointerup" && isInside(x)) target.onPick?.(timeAt(x));
    if (marked && event.type === "pointerup") target.onSpan({ fromMs: timeAt(marked.fromX), toMs: timeAt(marked.toX) });
  }

  function pinch(span: Span, distance: number): void {
    const factor = distance / Math.max(20, distanceOf(pointers));
    const middle = [...pointers.values()].reduce((sum, x) => sum + x, 0) / Math.max(1, pointers.size);
    target.onSpan(zoomSpan(span, factor, timeAt(middle, span)));
  }

  const isInside = (x: number): boolean => {
    const { left, right, width } = target.geometry();
    return x >= left - 2 && x <= width - right + 2;
  };
  function between(a: number, b: number): Marking {
    const { left, right, width } = target.geometry();
    const clamp = (x: number): number => Math.min(width - right, Math.max(left, x));
    return { fromX: clamp(Math.min(a, b)), toX: clamp(Math.max(a, b)) };
  }
  function zoomBy(factor: number, anchorMs: number): void {
    target.onSpan(zoomSpan(target.span(), factor, anchorMs));
  }

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { fromMs, toMs } = target.span();
    const anchorMs = keyCursorMs ?? (fromMs + toMs) / 2;
    const keys: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => (event.shiftKey ? pan(-0.25) : moveCursor(-1)),
      ArrowRight: () => (event.shiftKey ? pan(0.25) : moveCursor(1)),
      PageUp: () => pan(-1),
      PageDown: () => pan(1),
      Home: () => setCursor(fromMs),
      End: () => setCursor(Math.min(toMs, target.nowMs())),
      "+": () => zoomBy(1 / KEY_ZOOM, anchorMs),
      "=": () => zoomBy(1 / KEY_ZOOM, anchorMs),
      "-": () => zoomBy(KEY_ZOOM, anchorMs),
      Escape: () => setCursor(null),
      Enter: () => keyCursorMs !== null && target.onPick?.(keyCursorMs),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
  function pan(share: number): void {
    target.onSpan(panSpan(target.span(), share, target.nowMs()));
  }
  /** A row a press, or a pixel where rows are closer than that. */
  function moveCursor(by: number): void {
    const { fromMs, toMs } = target.span();
    const step = Math.max(target.stepMs(), (toMs - fromMs) / plotWidth(target.geometry()));
    const current = keyCursorMs ?? Math.min(toMs, target.nowMs());
    setCursor(Math.min(toMs, Math.max(fromMs, current + by * step)));
  }
  function setCursor(atMs: number | null): void {
    keyCursorMs = atMs;
    target.onCursor(atMs);
  }

  const onLeave = (): void => {
    if (!drag) setCursor(null);
  };
  const onDouble = (event: MouseEvent): void => zoomBy(2, timeAt(xOf(event)));
  const listeners = {
    pointerdown: onDown,
    pointermove: onMove,
    pointerup: onUp,
    pointercancel: onUp,
    pointerleave: onLeave,
    dblclick: onDouble,
  } as const;

  watch(
    target.element,
    (element, before) => {
      if (before) stop(before);
      if (!element) return;
      for (const [name, listener] of Object.entries(listeners))
        element.addEventListener(name, listener as EventListener);
      element.addEventListener("wheel", onWheel, { passive: false });
    },
    { immediate: true, flush: "post" },
  );
  function stop(element: HTMLElement): void {
    for (const [name, listener] of Object.entries(listeners))
      element.removeEventListener(name, listener as EventListener);
    element.removeEventListener("wheel", onWheel);
  }
  onScopeDispose(() => target.element.value && stop(target.element.value));
  return { marking, onKey };
}

/** Wheels report pixels, lines or pages. */
function pixelsOf({ deltaY, deltaMode }: WheelEvent): number {
  return Math.max(-400, Math.min(400, deltaY * ([1, 33, 400][deltaMode] ?? 1)));
}

function distanceOf(pointers: ReadonlyMap<number, number>): number {
  const [a = 0, b = 0] = pointers.values();
  return Math.max(20, Math.abs(a - b));
}
