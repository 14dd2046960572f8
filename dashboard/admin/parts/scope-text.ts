import type { SiteScope } from "../../../domain/access/site-scope.ts";
import { at } from "../text.ts";

/** The limits of somebody in words, such as `Region: North · Zones: A1, A2 · 3 sites`. */
export function scopeText(scope: SiteScope | null): string {
  if (scope === null) return at("scope.all");
  const { regions, zones, sites } = scope;
  const parts = [
    regions.length > 0 ? at("scope.regions", { names: regions.join(at("scope.comma")) }) : "",
    zones.length > 0 ? at("scope.zones", { names: zones.join(at("scope.comma")) }) : "",
    sites.length > 3
      ? at("scope.n-sites", { n: sites.length })
      : sites.length > 0
        ? at("scope.sites", { names: sites.join(at("scope.comma")) })
        : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? at("scope.none") : parts.join(" · ");
}

/** @returns whether both let somebody see the same */
export function isSameScope(a: SiteScope | null, b: SiteScope | null): boolean {
  return textOf(a) === textOf(b);
}

function textOf(scope: SiteScope | null): string {
  return JSON.stringify(scope && [scope.regions, scope.zones, scope.sites].map((names) => names.toSorted()));
}
