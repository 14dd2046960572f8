import type { Role } from "../../../domain/access/session-user.ts";
import type { SiteScope } from "../../../domain/access/site-scope.ts";
import type { Schemas } from "../../client/contract.ts";
import { isSameScope, scopeText } from "../parts/scope-text.ts";
import { at } from "../text.ts";

type Person = Schemas["Person"];
type PersonChange = Schemas["PersonChange"];

/** The fields that differ; nothing when nothing does. */
export function changeOf(person: Person, role: Role, scope: SiteScope | null): PersonChange | null {
  const change: PersonChange = {
    ...(role === person.role ? {} : { role }),
    ...(isSameScope(scopeFor(role, scope), person.scope) ? {} : { scope: scopeFor(role, scope) }),
  };
  return Object.keys(change).length === 0 ? null : change;
}

/** Whoever sees to people could lift a limit of their own, so an administrator has none. */
export function scopeFor(role: Role, scope: SiteScope | null): SiteScope | null {
  return role === "admin" ? null : scope;
}

/** What a change will do, in sentences for whoever is about to make it. @param roleName in the reader's language */
export function consequencesOf(person: Person, change: PersonChange, roleName: (role: Role) => string): string[] {
  const name = person.username;
  const lines: string[] = [];
  if (change.role !== undefined) {
    lines.push(at("will.role", { name, from: roleName(person.role), to: roleName(change.role) }));
  }
  if (change.scope !== undefined) {
    lines.push(at("will.scope", { name, from: scopeText(person.scope), to: scopeText(change.scope) }));
    if (change.scope !== null) lines.push(at("will.scope-fleet"));
  }
  if (change.isDisabled === true) lines.push(at("will.disable", { name }), at("will.disable-keeps"));
  if (change.isDisabled === false) lines.push(at("will.enable", { name }));
  if (change.password !== undefined) lines.push(at("will.password", { name }), at("will.password-change"));
  if (change.removeTotp) lines.push(at("will.remove-totp", { name }), at("will.sessions-end"));
  if (change.unlock) lines.push(at("will.unlock", { name }));
  if (change.role !== undefined || change.scope !== undefined) lines.push(at("will.at-once"));
  if (person.isOnline && change.unlock === undefined) lines.push(at("will.online", { name }));
  return lines;
}

export function isLocked({ lockedUntil }: Person, nowMs: number): boolean {
  return lockedUntil !== null && Date.parse(lockedUntil) > nowMs;
}
