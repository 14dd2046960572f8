import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkBreachedPasswords, createBreachedPasswords } from "../../../adapters/security/breached-passwords.ts";
import { createPasswordJudge } from "../../../adapters/security/password-judge.ts";
import { createPasswords } from "../../../adapters/security/passwords.ts";
import { readConfig } from "../../../config.ts";

const folder = mkdtempSync(path.join(tmpdir(), "antbox-breached-"));
afterAll(() => rmSync(folder, { recursive: true }));
const sha1 = (text: string) => createHash("sha1").update(text).digest("hex").toUpperCase();

function aList(passwords: readonly string[], { end = "\n", counts = true } = {}): string {
  const file = path.join(folder, `list-${Math.random()}`);
  const lines = passwords.map(sha1).sort();
  writeFileSync(file, lines.map((hash, n) => (counts ? `${hash}:${10 ** (n % 8)}` : hash) + end).join(""));
  return file;
}
const asked = (file: string) => {
  const faults: string[] = [];
  return { isBreached: createBreachedPasswords(file, (reason) => faults.push(reason)), faults };
};
const many = Array.from({ length: 3_000 }, (_, n) => `breached-password-${n}`);

test.for([
  ["with counts", {}],
  ["without counts", { counts: false }],
  ["with the line ends of Windows", { end: "\r\n" }],
] as const)("every password of a list is found, and no other: %s", ([, form]) => {
  const { isBreached, faults } = asked(aList(many, form));
  expect(many.filter((password) => !isBreached(password))).toEqual([]);
  expect(many.filter((password) => isBreached(`${password}!`))).toEqual([]);
  expect(faults).toEqual([]);
});

test("the smallest lists, and one without an end of line", () => {
  expect(asked(aList(["one and only"])).isBreached("one and only")).toBe(true);
  expect(asked(aList(["one and only"])).isBreached("another")).toBe(false);
  expect(asked(aList(["first of two", "last of two"], { end: "\n" })).isBreached("last of two")).toBe(true);
  const file = path.join(folder, "no-end");
  writeFileSync(file, ["a1", "b2", "c3"].map(sha1).sort().join("\n"));
  expect(["a1", "b2", "c3", "d4"].map(asked(file).isBreached)).toEqual([true, true, true, false]);
});

test("full-width letters are the password that is hashed from them", () => {
  expect(asked(aList(["correct horse"])).isBreached("ｃｏｒｒｅｃｔ ｈｏｒｓｅ")).toBe(true);
});

test("a breached password is refused as a new one, however good it looks", () => {
  const leaked = "gable-orchid-tundra-47";
  const { isBreached } = asked(aList([...many, leaked]));
  const judge = createPasswordJudge(createPasswords(), () => ({ minLength: 12 }), isBreached);
  expect(judge.judge(leaked, "operator")).toEqual([{ kind: "breached" }]);
  expect(judge.judge(`${leaked}8`, "operator")).toEqual([]);
  expect(createPasswordJudge(createPasswords(), () => ({ minLength: 12 })).judge(leaked, "operator")).toEqual([]);
});

test("a list that goes away is told, and holds nobody up; one that is replaced counts at once", () => {
  const file = aList(["the former one"]);
  const { isBreached, faults } = asked(file);
  writeFileSync(file, `${sha1("the next one")}\n`);
  expect([isBreached("the former one"), isBreached("the next one")]).toEqual([false, true]);
  rmSync(file);
  expect(isBreached("the next one")).toBe(false);
  writeFileSync(file, "hello\n");
  expect(isBreached("the next one")).toBe(false);
  expect(faults).toEqual([expect.stringContaining("ENOENT"), expect.stringContaining("a line that is no hash")]);
});

test("what is no such list stops the start", () => {
  const file = path.join(folder, "passwords.txt");
  writeFileSync(file, "123456\npassword\n");
  const read = (name: string) => readConfig({ DATA_DIR: folder, BREACHED_PASSWORDS_FILE: name });
  expect(() => read(file)).toThrow(/^BREACHED_PASSWORDS_FILE: .+ must be a list of SHA-1 hashes/);
  expect(() => read("/nowhere")).toThrow("must be a list of SHA-1 hashes");
  // The list for NTLM has shorter ones.
  writeFileSync(file, `${"0".repeat(32)}:7\n`);
  expect(() => checkBreachedPasswords(file)).toThrow("must be a list of SHA-1 hashes");
  const list = aList(many);
  expect(read(list).breachedPasswordsFile).toBe(list);
  expect(readConfig({ DATA_DIR: folder }).breachedPasswordsFile).toBeNull();
});
