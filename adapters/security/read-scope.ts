import { NOTHING, SiteScope } from "../../domain/access/site-scope.ts";

/** A stored scope. One that cannot be read lets nobody see anything: it must not turn into no limit at all. */
export function scopeFrom(value: unknown): SiteScope | null {
  if (value === null || value === undefined) return null;
  return SiteScope.safeParse(value).data ?? NOTHING;
}
