import { z } from "zod";

const Names = z.array(z.string().min(1).max(64)).max(1_000);

/**
 * The part of the fleet that somebody may see and act on: every site that is named, or stands in a named region or zone.
 * Three empty lists let nobody see anything; whoever has no limit has `null` in place of a scope.
 */
export const SiteScope = z
  .strictObject({ regions: Names.default([]), zones: Names.default([]), sites: Names.default([]) })
  .meta({ id: "SiteScope" });
export type SiteScope = z.infer<typeof SiteScope>;

/** Sees nothing: for whoever has no session, where one should be. */
export const NOTHING: SiteScope = { regions: [], zones: [], sites: [] };

/** What a scope needs to know of a site. */
export type ScopedSite = { readonly id: string; readonly region: string; readonly zone: string };

/** @param scope null = the whole fleet */
export function isInScope(scope: SiteScope | null, { id, region, zone }: ScopedSite): boolean {
  if (scope === null) return true;
  return scope.sites.includes(id) || scope.zones.includes(zone) || scope.regions.includes(region);
}

/** The same question for many sites: one look-up each, however many names the scope has. */
export function compileScope(scope: SiteScope | null): (site: ScopedSite) => boolean {
  if (scope === null) return () => true;
  const [sites, zones, regions] = [new Set(scope.sites), new Set(scope.zones), new Set(scope.regions)];
  return ({ id, region, zone }) => sites.has(id) || zones.has(zone) || regions.has(region);
}

/**
 * A text that two scopes share exactly when they let see the same: the order of names, and names given twice, do not
 * count. Names are free text: JSON keeps their boundaries apart.
 */
export function scopeKey(scope: SiteScope | null): string {
  if (scope === null) return "*";
  const known = KEYS.get(scope);
  if (known !== undefined) return known;
  const key = JSON.stringify([scope.regions, scope.zones, scope.sites].map((names) => [...new Set(names)].sort()));
  KEYS.set(scope, key);
  return key;
}

/** Asked with every frame of every client: sorting a thousand names once is enough. Scopes do not change. */
const KEYS = new WeakMap<SiteScope, string>();
