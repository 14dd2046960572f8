import { ROLES, type Role } from "../access/session-user.ts";

/** Deny by default: a role that is none, as it may come out of a database, is no role at all. */
export function isAtLeast(role: Role, lowest: Role): boolean {
  return ROLES.includes(role) && ROLES.indexOf(role) >= ROLES.indexOf(lowest);
}
