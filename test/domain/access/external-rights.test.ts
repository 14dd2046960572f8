import { expect, test } from "vitest";
import {
  claimValues,
  type ExternalRules,
  parseRoleMap,
  parseScopeMap,
  rightsFromClaims,
} from "../../../domain/access/external-rights.ts";
import type { Role } from "../../../domain/access/session-user.ts";
import type { SiteScope } from "../../../domain/access/site-scope.ts";

const rules = (roles: string, scopes: string | null = null): ExternalRules => ({
  roleClaim: "groups",
  roleMap: parseRoleMap(roles) as ReadonlyMap<string, Role>,
  scopeMap: scopes === null ? null : (parseScopeMap(scopes) as ReadonlyMap<string, SiteScope | null>),
});
const NOTHING = { regions: [], zones: [], sites: [] };

test.for([
  { claims: { groups: ["a", 7, "b"] }, name: "groups", values: ["a", "b"] },
  { claims: { groups: "a" }, name: "groups", values: ["a"] },
  { claims: { realm_access: { roles: ["a"] } }, name: "realm_access.roles", values: ["a"] },
  { claims: { "https://plant.example/roles": ["a"] }, name: "https://plant.example/roles", values: ["a"] },
  { claims: { groups: null }, name: "groups", values: [] },
  { claims: { groups: { a: true } }, name: "groups", values: [] },
  { claims: {}, name: "constructor.name", values: [] },
  { claims: { a: "text" }, name: "a.length", values: [] },
])("the values of $name in $claims", ({ claims, name, values }) => {
  expect(claimValues(claims as Record<string, unknown>, name)).toEqual(values);
});

test("the highest of all mapped roles counts, and none is no way in", () => {
  const map = rules("boss=admin,shift=operator,looks=viewer");
  expect(rightsFromClaims({ groups: ["looks", "boss", "shift"] }, map)).toEqual({ role: "admin", scope: null });
  expect(rightsFromClaims({ groups: ["shift", "unknown"] }, map)?.role).toBe("operator");
  expect(rightsFromClaims({ groups: ["unknown", "admin"] }, map)).toBeNull();
  expect(rightsFromClaims({}, map)).toBeNull();
});

test("parts of the fleet add up; with a map and none of its values nothing is seen", () => {
  const map = rules("shift=operator", "n=region:north,p=zone:zone-101|site:site-007|zone:zone-102,all=all");
  const scope = (...groups: string[]) => rightsFromClaims({ groups: ["shift", ...groups] }, map)?.scope;
  expect(scope()).toEqual(NOTHING);
  expect(scope("n")).toEqual({ ...NOTHING, regions: ["north"] });
  expect(scope("n", "p")).toEqual({ regions: ["north"], zones: ["zone-101", "zone-102"], sites: ["site-007"] });
  expect(scope("n", "all")).toBeNull();
  expect(scope("all", "n")).toBeNull();
});

test("a value may hold an equals sign, and names any letters", () => {
  expect(parseRoleMap("cn=shift=operator")).toEqual(new Map([["cn=shift", "operator"]]));
  expect(parseScopeMap("值班=region:北区")).toEqual(new Map([["值班", { ...NOTHING, regions: ["北区"] }]]));
});

test.for(["", "a", "a=", "=admin", "a=root", "a=admin,,b=viewer"])("no role map: %s", (text) => {
  expect(parseRoleMap(text)).toMatch(/^must be a comma list of value=viewer\|/);
});
test.for(["", "a", "a=region", "a=region:", "a=city:x", "a=all|zone:x", `a=zone:${"x".repeat(65)}`])(
  "no scope map: %s",
  (text) => {
    expect(parseScopeMap(text)).toMatch(/^must be a comma list/);
  },
);
