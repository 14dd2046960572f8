import type { Schemas } from "../client/contract.ts";

/** Who is signed in, as login, refresh and `auth/me` tell it. */
export type PageUser = Schemas["SignedInUser"];

/** When to renew: well before the end, so that a slow or failed try can be repeated; never in a rush. */
export function refreshAfterMs(expiresInS: number): number {
  return Math.max(5000, expiresInS * 750);
}

/** Whether somebody may do or see something else than before. */
export function hasOtherRights(before: PageUser, now: PageUser): boolean {
  return rightsOf(before) !== rightsOf(now);
}

function rightsOf({ username, role, scope, permissions }: PageUser): string {
  const lists = scope === null ? null : [scope.regions, scope.zones, scope.sites].map((names) => names.toSorted());
  return JSON.stringify([username, role, lists, permissions.toSorted()]);
}
