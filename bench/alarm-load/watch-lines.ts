import type { Page } from "playwright-core";

type Seen = { readonly key: string; readonly atMs: number };

/**
 * Notes in the page when each line of the alarm list first stands in the document, as `title|site`. The list draws only
 * what is on the screen: the screen has to be high enough for all.
 */
const WATCH = `
  window.seenAlarms = new Map();
  const look = () => {
    for (const line of document.querySelectorAll(".abx-line")) {
      const key = [".abx-line__title", ".is-site"].map((part) => line.querySelector(part)?.textContent.trim()).join("|");
      if (!window.seenAlarms.has(key)) window.seenAlarms.set(key, Date.now());
    }
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });`;

/** Has to be called before the page is opened. */
export function watchLines(page: Page): Promise<unknown> {
  return page.addInitScript(WATCH);
}

/** When each line was first in the document, ms since the epoch. */
export async function seenLines(page: Page): Promise<ReadonlyMap<string, number>> {
  const entries = (await page.evaluate("[...window.seenAlarms].map(([key, atMs]) => ({ key, atMs }))")) as Seen[];
  return new Map(entries.map(({ key, atMs }) => [key, atMs]));
}
