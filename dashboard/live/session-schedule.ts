import type { Role } from "../../domain/access/session-user.ts";
import type { SiteScope } from "../../domain/access/site-scope.ts";

/** Who is signed in, as login, refresh and `auth/me` tell it. */
export type PageUser = {
  readonly username: string;
  readonly role: Role;
  /** null = the whole fleet */
  readonly scope: SiteScope | null;
  readonly mustChangePassword: boolean;
  readonly mustSetUpTotp: boolean;
  readonly hasTotp: boolean;
  /** Signs in elsewhere: there is no password here. */
  readonly isExternal: boolean;
  /** Of the permission table. */
  readonly permissions: readonly string[];
};

/** What login and refresh answer. `expiresIn`: seconds. */
export type SessionAnswer = { readonly expiresIn: number; readonly user: PageUser };

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
