import { type Ref, ref } from "vue";
import { STREAM_ATTRIBUTE } from "./use-visible-tiles.ts";

type Parts = {
  readonly move: (streamId: string, target: string) => void;
  readonly open: (streamId: string) => void;
  readonly focus: (streamId: string) => void;
};
export type WallPointer = {
  /** The tile onto which another one would fall; null = none. */
  readonly target: Readonly<Ref<string | null>>;
  /** For `v-on` of the grid. */
  readonly listeners: Readonly<Record<string, (event: Event) => void>>;
};

/** The wall by mouse and finger: tiles are dragged to their places, chosen, and opened. Call in `setup`. */
export function useWallPointer({ move, open, focus }: Parts): WallPointer {
  const dragged = ref<string | null>(null);
  const target = ref<string | null>(null);
  const tileAt = ({ target: at }: Event): string | null =>
    (at as Element | null)?.closest(`[${STREAM_ATTRIBUTE}]`)?.getAttribute(STREAM_ATTRIBUTE) ?? null;
  const end = (): void => {
    dragged.value = target.value = null;
  };
  const withTile = (act: (streamId: string, event: Event) => void) => (event: Event) => {
    const at = tileAt(event);
    if (at !== null) act(at, event);
  };

  return {
    target,
    listeners: {
      dragstart(event) {
        dragged.value = tileAt(event);
      },
      dragover(event) {
        event.preventDefault();
        target.value = dragged.value === null ? null : tileAt(event);
      },
      dragend: end,
      drop(event) {
        event.preventDefault();
        const onto = tileAt(event);
        if (dragged.value !== null && onto !== null) move(dragged.value, onto);
        end();
      },
      click: withTile((at, event) => {
        focus(at);
        // A finger has no double click that is not the browser's own.
        if ((event as PointerEvent).pointerType === "touch") open(at);
      }),
      dblclick: withTile(open),
    },
  };
}
