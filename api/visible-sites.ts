import type { Inventory } from "../adapters/inventory/inventory.ts";
import { compileScope, NOTHING, type SiteScope, scopeKey } from "../domain/access/site-scope.ts";
import { keepNewest } from "../domain/keep-newest.ts";
import type { Site } from "../domain/sites/site.ts";

/** Lists kept: of the scopes that were asked for last. */
const MAX_LISTS = 64;

/** Who asks: the part of a session that says which sites count. */
export type Viewer = { readonly scope: SiteScope | null };

/** Without a session, where a route forgot to ask for one: somebody who sees nothing. */
export function scopeOf(viewer: Viewer | null): SiteScope | null {
  return viewer === null ? NOTHING : viewer.scope;
}

/** The sites that a viewer may see, in order of id. */
export function visibleSites(
  { inventory }: { readonly inventory: Pick<Inventory, "all"> },
  viewer: Viewer | null,
): readonly Site[] {
  const scope = scopeOf(viewer);
  return scope === null ? inventory.all() : inventory.all().filter(compileScope(scope));
}

/** The same, looked up once per scope for as long as the inventory stays as it is. */
export interface VisibleLists {
  of(scope: SiteScope | null): readonly Site[];
  close(): void;
}

export function createVisibleLists(inventory: Pick<Inventory, "all" | "onChange">): VisibleLists {
  const lists = new Map<string, readonly Site[]>();
  const stop = inventory.onChange(() => lists.clear());

  return {
    of(scope) {
      if (scope === null) return inventory.all();
      const key = scopeKey(scope);
      const list = lists.get(key) ?? inventory.all().filter(compileScope(scope));
      // What was used last stands last: the first one is the one that nobody asked for the longest.
      keepNewest(lists, MAX_LISTS, key, list);
      return list;
    },
    close: stop,
  };
}
