import { ROLES, type Role } from "./session-user.ts";

/** Who must have a second factor: this role and those above it. */
export type TotpDuty = "nobody" | Role;

/**
 * True for somebody who must have a second factor and has none. Whoever signs in with an identity provider has theirs
 * there.
 */
export function needsTotp(
  person: { readonly role: Role; readonly hasTotp: boolean; readonly isExternal: boolean },
  duty: TotpDuty,
): boolean {
  if (duty === "nobody" || person.hasTotp || person.isExternal) return false;
  return ROLES.indexOf(person.role) >= ROLES.indexOf(duty);
}
