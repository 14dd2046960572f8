import { ROLES, Role } from "./session-user.ts";
import { NOTHING, type SiteScope } from "./site-scope.ts";

/** What the claims of an identity provider mean here. */
export type ExternalRules = {
  /** Name of the claim, or a dotted path into an object, such as `realm_access.roles`. */
  readonly roleClaim: string;
  /** Value of the claim → role. Whoever has none of these values does not get in. */
  readonly roleMap: ReadonlyMap<string, Role>;
  /** Value of the same claim → part of the fleet; null = all of it. Without a map everybody sees the whole fleet. */
  readonly scopeMap: ReadonlyMap<string, SiteScope | null> | null;
};

export type ExternalRights = { readonly role: Role; readonly scope: SiteScope | null };

const MAX_VALUES = 1_000;
const KINDS: Readonly<Record<string, keyof SiteScope>> = { region: "regions", zone: "zones", site: "sites" };

/**
 * Role and scope of a person from the claims of a sign-in: the highest role of all mapped values, and all mapped parts of
 * the fleet together. With a scope map whose values the person has none of, they see no site.
 *
 * @returns null when no value of the claim is mapped to a role
 */
export function rightsFromClaims(
  claims: Readonly<Record<string, unknown>>,
  { roleClaim, roleMap, scopeMap }: ExternalRules,
): ExternalRights | null {
  const values = claimValues(claims, roleClaim);
  const roles = values.flatMap((value) => roleMap.get(value) ?? []);
  const role = ROLES.findLast((one) => roles.includes(one));
  return role === undefined ? null : { role, scope: scopeMap === null ? null : scopeOf(values, scopeMap) };
}

/** The texts of a claim: a name as it stands first (it may hold dots), then a path. */
export function claimValues(claims: Readonly<Record<string, unknown>>, name: string): string[] {
  const found = Object.hasOwn(claims, name) ? claims[name] : valueAt(claims, name.split("."));
  const list = Array.isArray(found) ? found.slice(0, MAX_VALUES) : [found];
  return list.filter((value) => typeof value === "string");
}

function valueAt(claims: unknown, path: readonly string[]): unknown {
  let value = claims;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function scopeOf(values: readonly string[], scopeMap: ReadonlyMap<string, SiteScope | null>): SiteScope | null {
  const parts = values.flatMap((value) => (scopeMap.has(value) ? [scopeMap.get(value) ?? null] : []));
  return parts.reduce((all, part) => (all === null || part === null ? null : union(all, part)), NOTHING);
}

function union(a: SiteScope, b: SiteScope): SiteScope {
  const both = (kind: keyof SiteScope) => [...new Set([...a[kind], ...b[kind]])].sort();
  return { regions: both("regions"), zones: both("zones"), sites: both("sites") };
}

/**
 * Reads `antbox-admins=admin,antbox-shift=operator`. A value may hold `=`, but no comma.
 *
 * @returns a text that says what is wrong
 */
export function parseRoleMap(text: string): ReadonlyMap<string, Role> | string {
  const map = new Map<string, Role>();
  for (const [value, word] of entriesOf(text)) {
    const role = Role.safeParse(word).data;
    if (value === "" || role === undefined) return `must be a comma list of value=${ROLES.join("|")}`;
    map.set(value, role);
  }
  return map;
}

/**
 * Reads `north-shift=region:north,plant=zone:zone-101|site:site-007,everything=all`.
 *
 * @returns a text that says what is wrong
 */
export function parseScopeMap(text: string): ReadonlyMap<string, SiteScope | null> | string {
  const map = new Map<string, SiteScope | null>();
  for (const [value, words] of entriesOf(text)) {
    const scope = words === "all" ? null : parseScope(words);
    if (value === "" || scope === undefined) {
      return "must be a comma list of value=all or value=region:NAME|zone:NAME|site:ID";
    }
    map.set(value, scope);
  }
  return map;
}

function parseScope(words: string): SiteScope | undefined {
  let scope = NOTHING;
  for (const word of words.split("|")) {
    const at = word.indexOf(":");
    const kind = KINDS[word.slice(0, Math.max(0, at)).trim()];
    const name = word.slice(at + 1).trim();
    if (kind === undefined || name === "" || name.length > 64) return undefined;
    scope = union(scope, { ...NOTHING, [kind]: [name] });
  }
  return scope;
}

/** The part after the last `=` is ours: a group may be called `cn=shift`. */
function entriesOf(text: string): [string, string][] {
  return text.split(",").map((entry) => {
    const at = entry.lastIndexOf("=");
    return [entry.slice(0, Math.max(0, at)).trim(), entry.slice(at + 1).trim()];
  });
}
