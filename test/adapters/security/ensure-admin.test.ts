import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ensureAdmin } from "../../../adapters/security/ensure-admin.ts";
import { createPasswords } from "../../../adapters/security/passwords.ts";
import { openTestDatabase } from "../../api/api-under-test.ts";

let opened: Awaited<ReturnType<typeof openTestDatabase>>;

beforeAll(async () => {
  opened = await openTestDatabase();
});
beforeEach(() => opened.database.query("delete from user_account"));
afterAll(() => opened.dispose());

async function admin() {
  const rows = await opened.database.query("select username, role, password_hash from user_account");
  return rows.map(({ username, role, password_hash: hash }) => ({ username, role, hash: String(hash) }));
}

test("the first start makes an admin with the password that was given, kept as argon2id only", async () => {
  expect(await ensureAdmin(opened.database, "a given password")).toEqual({ generatedPassword: null });
  const [only] = await admin();
  expect(only).toMatchObject({ username: "admin", role: "admin" });
  expect(only?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await createPasswords().verify(only?.hash ?? "", "a given password")).toBe(true);
});

test("without one it makes a password, told once; a second start changes nothing", async () => {
  const { generatedPassword } = await ensureAdmin(opened.database, null);
  expect(generatedPassword).toMatch(/^[\w-]{20}$/);
  const before = await admin();
  expect(await createPasswords().verify(before[0]?.hash ?? "", generatedPassword ?? "")).toBe(true);
  expect(await ensureAdmin(opened.database, "another password")).toEqual({ generatedPassword: null });
  expect(await admin()).toEqual(before);
});

test("of five processes that start at once, one tells a password, and it is the right one", async () => {
  const told = await Promise.all(Array.from({ length: 5 }, () => ensureAdmin(opened.database, null)));
  const passwords = told.flatMap(({ generatedPassword }) => generatedPassword ?? []);
  expect(passwords).toHaveLength(1);
  const [only] = await admin();
  expect(await createPasswords().verify(only?.hash ?? "", passwords[0] ?? "")).toBe(true);
});
