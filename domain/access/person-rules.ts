import type { Person, PersonChange } from "./person.ts";

/** The part of a person that a change is told about: before and after. */
export type PersonState = Pick<Person, "role" | "scope" | "isDisabled">;

/** Why a change of a person is not made. */
export type ChangeRefusal = "user.yourself" | "account.external" | "limited-admin";

/**
 * What counts after a change. Whoever becomes an administrator is in charge of the whole fleet: whoever sees to people
 * could lift a limit of their own.
 */
export function stateAfter({ role, scope, isDisabled }: PersonState, change: PersonChange): PersonState {
  const isPromoted = change.role === "admin" && change.scope === undefined;
  return {
    role: change.role ?? role,
    scope: isPromoted ? null : change.scope === undefined ? scope : change.scope,
    isDisabled: change.isDisabled ?? isDisabled,
  };
}

/** An administrator who can see to people. One of them must be left at all times. */
export function isInCharge({ role, scope, isDisabled }: PersonState): boolean {
  return role === "admin" && scope === null && !isDisabled;
}

/** @param by name of the one who asks @returns null when the rules have nothing against it */
export function refusalOf(
  before: PersonState & Pick<Person, "username" | "isExternal">,
  change: PersonChange,
  by: string,
): ChangeRefusal | null {
  if (before.username === by && isAboutRights(before, change)) return "user.yourself";
  if (before.isExternal && isFromProvider(change)) return "account.external";
  const isLimited = change.role !== undefined || change.scope !== undefined;
  return isLimited && isLimitedAdmin(stateAfter(before, change)) ? "limited-admin" : null;
}

export function isLimitedAdmin({ role, scope }: Pick<PersonState, "role" | "scope">): boolean {
  return role === "admin" && scope !== null;
}

/** A value that stays as it is may be sent along. The own password and second factor are changed as the own account. */
function isAboutRights(before: PersonState, change: PersonChange): boolean {
  if (change.password !== undefined || change.removeTotp !== undefined) return true;
  return JSON.stringify(stateOf(before)) !== JSON.stringify(stateAfter(before, change));
}

function isFromProvider({ role, scope, password, removeTotp }: PersonChange): boolean {
  return [role, scope, password, removeTotp].some((value) => value !== undefined);
}

export function stateOf({ role, scope, isDisabled }: PersonState): PersonState {
  return { role, scope, isDisabled };
}
