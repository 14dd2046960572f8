import type { SiteView } from "./site-view.ts";

/**
 * A reader that looks once at each view, however many conditions ask: rules of one site share it, and looking a name up in a
 * reading costs more than comparing two references. Views do not change after they were made.
 */
export function oncePerView<T>(read: (site: SiteView) => T, nothing: T): (site: SiteView) => T {
  let seen: SiteView | null = null;
  let found = nothing;
  return (site) => {
    if (site === seen) return found;
    found = read(site);
    seen = site;
    return found;
  };
}
