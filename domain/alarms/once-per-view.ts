import type { SiteView } from "./site-view.ts";

/**
 * A reader that looks once at each view, however many conditions ask: rules of one site share it, and looking a name up in a
 * reading costs more than comparing two references. Views do not change after they were made.
 */
export function oncePerView<T>(read: (site: SiteView) => T, nothing: T): (site: SiteView) => T {
  return once(read, nothing);
}

/** The same for anything that does not change after it was made. */
export function once<Key extends object, T>(read: (key: Key) => T, nothing: T): (key: Key) => T {
  let seen: Key | null = null;
  let found = nothing;
  return (key) => {
    if (key === seen) return found;
    found = read(key);
    seen = key;
    return found;
  };
}
