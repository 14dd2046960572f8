import { COLLECTOR_LEASES, leaseOfSite } from "./share-sites.ts";

/** A lease as the database has it now. `holder`: null when nobody holds it. */
export type LeaseState = { readonly name: string; readonly holder: string | null; readonly token: number };

/** Who collects what: the members, and each of the leases that share the sites. */
export type CollectorsView = {
  readonly items: readonly {
    readonly id: string;
    /** The process that answers. */
    readonly isSelf: boolean;
    readonly leases: readonly string[];
    readonly sites: number;
  }[];
  readonly leases: readonly (LeaseState & { readonly sites: number })[];
  /** Enabled sites that nobody polls: their lease is free. */
  readonly orphans: number;
};

/**
 * @param members ids of the live members
 * @param leases of the collectors; one that is missing counts as free
 * @param siteNumbers numbers of the enabled sites
 * @param self id of this process; null when it collects nothing
 */
export function describeCollectors(
  members: readonly string[],
  leases: readonly LeaseState[],
  siteNumbers: readonly number[],
  self: string | null,
): CollectorsView {
  const sitesOf = new Map<string, number>();
  for (const siteNumber of siteNumbers) {
    const lease = leaseOfSite(siteNumber);
    sitesOf.set(lease, (sitesOf.get(lease) ?? 0) + 1);
  }
  const known = new Map(leases.map((lease) => [lease.name, lease]));
  const all = COLLECTOR_LEASES.map((name) => ({
    ...(known.get(name) ?? { name, holder: null, token: 0 }),
    sites: sitesOf.get(name) ?? 0,
  }));
  const total = (held: typeof all): number => held.reduce((sum, { sites }) => sum + sites, 0);
  return {
    items: [...members].sort().map((id) => {
      const held = all.filter(({ holder }) => holder === id);
      return { id, isSelf: id === self, leases: held.map(({ name }) => name), sites: total(held) };
    }),
    leases: all,
    orphans: total(all.filter(({ holder }) => holder === null)),
  };
}
