import { describe, expect, test } from "vitest";
import { authorize, permissionsOf } from "../../../domain/access/authorize.ts";
import { PERMISSIONS, type Permission, type PermissionDefinition } from "../../../domain/access/permissions.ts";
import { ROLES, type SessionUser } from "../../../domain/access/session-user.ts";
import { NOTHING, type SiteScope } from "../../../domain/access/site-scope.ts";

const own = { id: "site-001", region: "north", zone: "zone-101" };
const foreign = { id: "site-002", region: "south", zone: "zone-201" };
const north: SiteScope = { regions: ["north"], zones: [], sites: [] };
const ALL = Object.entries(PERMISSIONS) as [Permission, PermissionDefinition][];

function aUser(given: Partial<SessionUser> = {}): SessionUser {
  return {
    username: "somebody",
    role: "viewer",
    scope: null,
    grants: null,
    mustChangePassword: false,
    expiresAtMs: 0,
    ...given,
  };
}

/** The table, written out: which roles, from the lowest that is named. */
const HOLDERS = {
  viewer: ["viewer", "operator", "engineer", "admin"],
  operator: ["operator", "engineer", "admin"],
  engineer: ["engineer", "admin"],
  admin: ["admin"],
} as const;

describe.for(ALL)("%s", ([permission, { lowestRole, isFleetWide = false }]) => {
  const holders: readonly string[] = HOLDERS[lowestRole];

  test.for(ROLES)("as %s", (role) => {
    const expected = holders.includes(role) ? null : "auth.not-allowed";
    expect(authorize(aUser({ role }), permission)).toBe(expected);
    expect(authorize(aUser({ role }), permission, foreign)).toBe(expected);
  });

  test.for(ROLES)("as %s of one region", (role) => {
    const isHolder = holders.includes(role) && !isFleetWide;
    const user = aUser({ role, scope: north });
    expect(authorize(user, permission)).toBe(isHolder ? null : "auth.not-allowed");
    expect(authorize(user, permission, own)).toBe(isHolder ? null : "auth.not-allowed");
    expect(authorize(user, permission, foreign)).toBe(isHolder ? "auth.out-of-scope" : "auth.not-allowed");
  });

  test.for(ROLES)("as %s who sees nothing", (role) => {
    const isHolder = holders.includes(role) && !isFleetWide;
    const user = aUser({ role, scope: NOTHING });
    expect(authorize(user, permission, own)).toBe(isHolder ? "auth.out-of-scope" : "auth.not-allowed");
  });

  test("as a service token that was given it, and as one that was given all else", () => {
    const others = ALL.map(([name]) => name).filter((name) => name !== permission);
    for (const role of ROLES) {
      expect(authorize(aUser({ role, grants: [permission] }), permission)).toBe(null);
      expect(authorize(aUser({ role, grants: others }), permission)).toBe("auth.not-allowed");
      expect(authorize(aUser({ role, grants: [] }), permission)).toBe("auth.not-allowed");
      const limited = aUser({ role, grants: [permission], scope: north });
      expect(authorize(limited, permission, own)).toBe(isFleetWide ? "auth.not-allowed" : null);
      expect(authorize(limited, permission, foreign)).toBe(isFleetWide ? "auth.not-allowed" : "auth.out-of-scope");
    }
  });

  test("before the first password is replaced", () => {
    const isOwnAccount = permission === "account:read" || permission === "account:write";
    for (const role of ROLES) {
      const expected = isOwnAccount ? null : "auth.password-change-required";
      expect(authorize(aUser({ role, mustChangePassword: true }), permission)).toBe(expected);
    }
  });

  test("before a second factor that the settings ask for is set up", () => {
    const isOwnAccount = permission === "account:read" || permission === "account:write";
    for (const role of ROLES) {
      const user = aUser({ role, mustSetUpTotp: true });
      expect(authorize(user, permission)).toBe(isOwnAccount ? null : "auth.totp-required");
      const both = { ...user, mustChangePassword: true };
      expect(authorize(both, permission)).toBe(isOwnAccount ? null : "auth.password-change-required");
    }
  });

  test("as nobody", () => {
    expect(authorize(null, permission)).toBe("auth.not-signed-in");
    expect(authorize(null, permission, own)).toBe("auth.not-signed-in");
  });
});

test.for(["constructor", "sites:fly", "", "__proto__"])("nobody may do %s, which is not in the table", (name) => {
  const permission = name as Permission;
  for (const role of ROLES) expect(authorize(aUser({ role }), permission)).toBe("auth.not-allowed");
  expect(authorize(aUser({ role: "root" as never }), "sites:read")).toBe("auth.not-allowed");
});

test("what tells of every site, or could lift a limit, is fleet-wide", () => {
  const fleetWide = ALL.flatMap(([permission, { isFleetWide }]) => (isFleetWide ? [permission] : []));
  for (const prefix of ["flows:", "users:", "tokens:", "audit:", "webhooks:", "metrics:"]) {
    const all = ALL.map(([permission]) => permission).filter((permission) => permission.startsWith(prefix));
    expect(all.length, prefix).toBeGreaterThan(0);
    expect(fleetWide).toEqual(expect.arrayContaining(all));
  }
  expect(fleetWide).toEqual(expect.arrayContaining(["dashboard:act", "settings:manage"]));
});

test("the list of what somebody may do is what the decision says, one by one", () => {
  for (const role of ROLES) {
    for (const scope of [null, north]) {
      const user = aUser({ role, scope });
      expect(permissionsOf(user)).toEqual(ALL.map(([name]) => name).filter((name) => authorize(user, name) === null));
    }
  }
  expect(permissionsOf(null)).toEqual([]);
  expect(permissionsOf(aUser({ role: "admin" }))).toHaveLength(ALL.length);
  expect(permissionsOf(aUser({ role: "engineer", scope: north }))).not.toContain("flows:read");
});
