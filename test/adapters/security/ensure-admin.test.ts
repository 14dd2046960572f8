import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ensureAdmin, resetAdmin } from "../../../adapters/security/ensure-admin.ts";
import { createPasswords } from "../../../adapters/security/passwords.ts";
import { openTestDatabase } from "../../api/test-database.ts";

let opened: Awaited<ReturnType<typeof openTestDatabase>>;

beforeAll(async () => {
  opened = await openTestDatabase();
});
beforeEach(() => opened.database.query("delete from user_account"));
afterAll(() => opened.dispose());

async function admin() {
  const rows = await opened.database.query("select username, role, password_hash, must_change from user_account");
  return rows.map(({ username, role, password_hash, must_change }) => {
    return { username, role, hash: String(password_hash), mustChange: must_change };
  });
}

test("the first start makes an admin with the password that was given, kept as argon2id only", async () => {
  expect(await ensureAdmin(opened.database, "a given password")).toEqual({ generatedPassword: null, isChosen: true });
  const [only] = await admin();
  expect(only).toMatchObject({ username: "admin", role: "admin", mustChange: false });
  expect(only?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await createPasswords().verify(only?.hash ?? "", "a given password")).toBe(true);
});

test("without one it makes a password, told once and to be replaced; a second start changes nothing", async () => {
  const { generatedPassword, isChosen } = await ensureAdmin(opened.database, null);
  expect(isChosen).toBe(false);
  expect(generatedPassword).toMatch(/^[\w-]{22}$/);
  const before = await admin();
  expect(before).toMatchObject([{ mustChange: true }]);
  expect(await createPasswords().verify(before[0]?.hash ?? "", generatedPassword ?? "")).toBe(true);
  for (const given of ["another password", null]) {
    expect(await ensureAdmin(opened.database, given)).toEqual({ generatedPassword: null, isChosen: false });
  }
  expect(await admin()).toEqual(before);
});

test("a generated one that ran out before anybody used it is made anew by the next start, a used one never", async () => {
  const { generatedPassword: first } = await ensureAdmin(opened.database, null);
  const age = (days: number) =>
    opened.database.query(`update user_account set password_changed_at = now() - interval '${days} days'`);
  await age(6);
  expect(await ensureAdmin(opened.database, null)).toEqual({ generatedPassword: null, isChosen: false });
  await age(8);
  const { generatedPassword: second } = await ensureAdmin(opened.database, null);
  expect(second).not.toBe(first);
  expect(await createPasswords().verify((await admin())[0]?.hash ?? "", second ?? "")).toBe(true);
  await age(8);
  await opened.database.query("update user_account set last_sign_in_at = now()");
  expect(await ensureAdmin(opened.database, null)).toEqual({ generatedPassword: null, isChosen: false });
});

test("once its owner has chosen a password, the start says so", async () => {
  await ensureAdmin(opened.database, null);
  await opened.database.query("update user_account set must_change = false");
  expect(await ensureAdmin(opened.database, null)).toEqual({ generatedPassword: null, isChosen: true });
});

test("of five processes that start at once, one tells a password, and it is the right one", async () => {
  const told = await Promise.all(Array.from({ length: 5 }, () => ensureAdmin(opened.database, null)));
  const passwords = told.flatMap(({ generatedPassword }) => generatedPassword ?? []);
  expect(passwords).toHaveLength(1);
  const [only] = await admin();
  expect(await createPasswords().verify(only?.hash ?? "", passwords[0] ?? "")).toBe(true);
});

test.for(["password1234", "antbox-2026", "admin-admin-1", "1234567890", "Dragon2026!"])(
  "a given password that attackers try early has to be replaced: %s",
  async (password) => {
    await ensureAdmin(opened.database, password);
    expect(await admin()).toMatchObject([{ mustChange: true }]);
  },
);

test("whoever owns the machine gets back in, whatever became of the account", async () => {
  for (const isThere of [false, true]) {
    if (isThere) {
      await opened.database.query(
        `update user_account set role = 'viewer', disabled = true, must_change = true, is_external = true, totp_secret = 'x',
           totp_confirmed_at = now(), recovery_hashes = '{a}', failed_attempts = 9, locked_until = now() + interval '1 hour'`,
      );
    }
    const password = await resetAdmin(opened.database);
    const [only] = await admin();
    expect(only).toMatchObject({ username: "admin", role: "admin", mustChange: true });
    expect(await createPasswords().verify(only?.hash ?? "", password)).toBe(true);
  }
  const [row] = await opened.database.query("select * from user_account");
  const { disabled, is_external, totp_secret, totp_confirmed_at, recovery_hashes, failed_attempts, locked_until } =
    row ?? {};
  expect([
    disabled,
    is_external,
    totp_secret,
    totp_confirmed_at,
    recovery_hashes,
    failed_attempts,
    locked_until,
  ]).toEqual([false, false, null, null, [], 0, null]);
});
