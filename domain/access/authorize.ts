import { isAllowed, isFleetWide, PERMISSIONS, type Permission } from "./permissions.ts";
import type { SessionUser } from "./session-user.ts";
import { isInScope, type ScopedSite } from "./site-scope.ts";

/** Why somebody may not do something. `null`: they may. */
export type Refusal =
  | "auth.not-signed-in"
  | "auth.password-change-required"
  | "auth.totp-required"
  | "auth.not-allowed"
  | "auth.out-of-scope";

/** What somebody may do before their first password is replaced, or their second factor set up: see to the own account. */
const BEFORE_CHANGE: readonly Permission[] = ["account:read", "account:write"];

/**
 * The one decision of who may do what, for REST, live streams, Dashboard sockets, widget actions, `http in` nodes and the
 * editor. Deny by default.
 *
 * @param user null = nobody is signed in
 * @param site when the question is about one site
 */
export function authorize(user: SessionUser | null, permission: Permission, site?: ScopedSite): Refusal | null {
  if (user === null) return "auth.not-signed-in";
  const isOpenEarly = BEFORE_CHANGE.includes(permission);
  if (user.mustChangePassword && !isOpenEarly) return "auth.password-change-required";
  if (user.mustSetUpTotp && !isOpenEarly) return "auth.totp-required";
  const isGranted = user.grants === null ? isAllowed(user.role, permission) : user.grants.includes(permission);
  if (!isGranted || (user.scope !== null && isFleetWide(permission))) return "auth.not-allowed";
  return site === undefined || isInScope(user.scope, site) ? null : "auth.out-of-scope";
}

/** Everything that somebody may do, in the order of the table. */
export function permissionsOf(user: SessionUser | null): Permission[] {
  return (Object.keys(PERMISSIONS) as Permission[]).filter((permission) => authorize(user, permission) === null);
}
