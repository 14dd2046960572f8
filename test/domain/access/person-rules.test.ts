import { expect, test } from "vitest";
import type { PersonChange } from "../../../domain/access/person.ts";
import { isInCharge, refusalOf, stateAfter } from "../../../domain/access/person-rules.ts";
import { needsTotp } from "../../../domain/access/totp-duty.ts";

const NORTH = { regions: ["north"], zones: [], sites: [] };
const person = { username: "li.wei", role: "operator", scope: null, isDisabled: false, isExternal: false } as const;

test.for<{ name: string; before?: object; change: PersonChange; by?: string; expected: string | null }>([
  { name: "another role", change: { role: "admin" }, expected: null },
  { name: "the own role", change: { role: "admin" }, by: "li.wei", expected: "user.yourself" },
  { name: "the own role, as it is already", change: { role: "operator" }, by: "li.wei", expected: null },
  { name: "disabling yourself", change: { isDisabled: true }, by: "li.wei", expected: "user.yourself" },
  { name: "the own part of the fleet", change: { scope: NORTH }, by: "li.wei", expected: "user.yourself" },
  { name: "the own password", change: { password: "x" }, by: "li.wei", expected: "user.yourself" },
  { name: "the own second factor", change: { removeTotp: true }, by: "li.wei", expected: "user.yourself" },
  { name: "unlocking yourself", change: { unlock: true }, by: "li.wei", expected: null },
  { name: "a limited administrator", change: { role: "admin", scope: NORTH }, expected: "limited-admin" },
  { name: "limiting an administrator", before: { role: "admin" }, change: { scope: NORTH }, expected: "limited-admin" },
  { name: "promoting somebody limited", before: { scope: NORTH }, change: { role: "admin" }, expected: null },
  {
    name: "the role of an external person",
    before: { isExternal: true },
    change: { role: "viewer" },
    expected: "account.external",
  },
  {
    name: "the password of an external person",
    before: { isExternal: true },
    change: { password: "x" },
    expected: "account.external",
  },
  { name: "disabling an external person", before: { isExternal: true }, change: { isDisabled: true }, expected: null },
  {
    name: "disabling a limited administrator of the provider's",
    before: { isExternal: true, role: "admin", scope: NORTH },
    change: { isDisabled: true },
    expected: null,
  },
])("$name: $expected", ({ before, change, by = "admin", expected }) => {
  expect(refusalOf({ ...person, ...before }, change, by)).toBe(expected);
});

test("whoever becomes an administrator is in charge of the whole fleet", () => {
  const after = stateAfter({ ...person, scope: NORTH }, { role: "admin" });
  expect(after).toEqual({ role: "admin", scope: null, isDisabled: false });
  expect(isInCharge(after)).toBe(true);
  expect(isInCharge({ ...after, isDisabled: true })).toBe(false);
  expect(isInCharge({ ...after, scope: NORTH })).toBe(false);
  expect(isInCharge({ ...after, role: "engineer" })).toBe(false);
});

test.for([
  { duty: "nobody", role: "admin", expected: false },
  { duty: "admin", role: "admin", expected: true },
  { duty: "admin", role: "engineer", expected: false },
  { duty: "operator", role: "engineer", expected: true },
  { duty: "viewer", role: "viewer", expected: true },
] as const)("a second factor for $duty and above: $role $expected", ({ duty, role, expected }) => {
  expect(needsTotp({ role, hasTotp: false, isExternal: false }, duty)).toBe(expected);
  expect(needsTotp({ role, hasTotp: true, isExternal: false }, duty)).toBe(false);
  expect(needsTotp({ role, hasTotp: false, isExternal: true }, duty)).toBe(false);
});
