import { expect, test } from "vitest";
import { createPasswords } from "../../../adapters/security/passwords.ts";

const passwords = createPasswords();

test("only the right password passes, however it was typed", async () => {
  const phc = await passwords.hash("Ångström 密码");
  expect(await passwords.verify(phc, "Ångström 密码")).toBe(true);
  expect(await passwords.verify(phc, "A\u030angstro\u0308m 密码")).toBe(true);
  expect(await passwords.verify(phc, "angström 密码")).toBe(false);
  expect(await passwords.hash("same")).not.toBe(await passwords.hash("same"));
});

test("for an unknown account the work is done all the same, and the answer is no", async () => {
  expect(await passwords.verify(null, "anything")).toBe(false);
  expect(await passwords.verify(null, "a password that no account has")).toBe(false);
});

test("a flood of checks is bounded: some are served, the rest is refused at once", async () => {
  const phc = await passwords.hash("x");
  const results = await Promise.allSettled(Array.from({ length: 120 }, () => passwords.verify(phc, "x")));
  const refused = results.filter(({ status }) => status === "rejected");
  expect(refused).toHaveLength(120 - 66);
  expect(refused[0]).toMatchObject({ reason: { code: "auth.too-many-attempts" } });
  expect(await passwords.verify(phc, "x")).toBe(true);
});
