import { expect, test } from "vitest";
import { isAllowed, PERMISSIONS, type Permission } from "../../../domain/access/permissions.ts";
import { ROLES, type Role } from "../../../domain/access/session-user.ts";

const names = Object.keys(PERMISSIONS) as Permission[];

test.for(names)("%s goes to its lowest role and everybody above, in words of both languages", (permission) => {
  const { lowestRole, label } = PERMISSIONS[permission];
  const allowed = ROLES.filter((role) => isAllowed(role, permission));
  expect(allowed).toEqual(ROLES.slice(ROLES.indexOf(lowestRole)));
  expect(permission).toMatch(/^[a-z]+:[a-z]+$/);
  expect(label["zh-CN"]).toMatch(/\p{Script=Han}/u);
  expect(label.en).toMatch(/^[A-Z]/);
});

test("flows are for engineers: they show addresses, and who edits them owns the machine", () => {
  expect(isAllowed("operator", "flows:read")).toBe(false);
  expect(isAllowed("engineer", "flows:edit")).toBe(true);
});

test.for([
  ["root", "sites:read"],
  ["", "sites:read"],
  ["admin", "sites:delete"],
  ["admin", "constructor"],
  ["admin", "__proto__"],
])("an unknown role or permission is not allowed anything: %s, %s", ([role, permission]) => {
  expect(isAllowed(role as Role, permission as Permission)).toBe(false);
});
