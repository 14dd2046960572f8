import type { Inventory } from "./adapters/inventory/inventory.ts";
import { hostsOf } from "./adapters/webhooks/address-guard.ts";
import type { Site } from "./domain/sites/site.ts";

/** Where the controllers and cameras are. Made anew after a change only: it is asked with each event that is sent. */
export function plantHosts(inventory: Pick<Inventory, "all">): () => ReadonlySet<string> {
  const urls = plantUrls(inventory);
  let known: { readonly urls: readonly (string | null)[]; readonly hosts: ReadonlySet<string> } | null = null;
  return () => {
    const now = urls();
    if (known?.urls !== now) known = { urls: now, hosts: hostsOf(now) };
    return known.hosts;
  };
}

/** Their addresses: the same list while nothing has changed. */
export function plantUrls(inventory: Pick<Inventory, "all">): () => readonly (string | null)[] {
  let known: { readonly sites: readonly Site[]; readonly urls: readonly (string | null)[] } | null = null;
  return () => {
    const sites = inventory.all();
    if (known?.sites !== sites) {
      known = { sites, urls: sites.flatMap(({ controllerUrl, cameraUrl }) => [controllerUrl, cameraUrl]) };
    }
    return known.urls;
  };
}
