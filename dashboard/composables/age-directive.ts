import type { ObjectDirective } from "vue";
import { formatAge } from "./format.ts";
import type { Translate } from "./use-text.ts";

/**
 * `v-age="collectedAtMs"`: the element's text is the age of a reading, kept up once a second. One timer writes the few
 * texts that changed, instead of rendering 150 tiles again for a second hand.
 */
export type AgeDirective = ObjectDirective<HTMLElement, number | null> & {
  /** Writes the ages that are a second old; all of them in another language. Call once a second. */
  tick(isEverything?: boolean): void;
};

type Written = { readonly collectedAtMs: number | null; readonly atMs: number };

/** An age that came with a new reading just now needs no second pass of layout and paint in the same second. */
const LEAST_MS = 900;

export function createAgeDirective(serverNowMs: () => number, t: Translate): AgeDirective {
  const since = new Map<HTMLElement, Written>();
  const write = (element: HTMLElement, collectedAtMs: number | null, nowMs: number): void => {
    since.set(element, { collectedAtMs, atMs: nowMs });
    const text = formatAge(collectedAtMs === null ? null : (nowMs - collectedAtMs) / 1000, t);
    if (element.textContent !== text) element.textContent = text;
  };
  return {
    mounted(element, { value }) {
      write(element, value, serverNowMs());
    },
    updated(element, { value }) {
      write(element, value, serverNowMs());
    },
    unmounted(element) {
      since.delete(element);
    },
    tick(isEverything = false) {
      const nowMs = serverNowMs();
      for (const [element, { collectedAtMs, atMs }] of since) {
        if (isEverything || nowMs - atMs >= LEAST_MS) write(element, collectedAtMs, nowMs);
      }
    },
  };
}
