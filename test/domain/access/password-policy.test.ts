import fc from "fast-check";
import { expect, test } from "vitest";
import { describeFault, judgePassword, type PasswordFault } from "../../../domain/access/password-policy.ts";

const COMMON = ["password", "dragon", "iloveyou1234", "qazwsx"];
const isCommon = (lowerCase: string) => COMMON.includes(lowerCase);
const judge = (password: string, { minLength = 12, username = "li.wei" } = {}) =>
  judgePassword(password, { minLength }, username, isCommon);
const kinds = (password: string, options?: { minLength?: number; username?: string }) =>
  judge(password, options).map(({ kind }) => kind);

test.for([
  { name: "a sentence", password: "seven herons over the river" },
  { name: "small letters alone: nobody is made to mix kinds", password: "vbkqzmwplrtx" },
  { name: "digits alone, when they are no run", password: "830415926471" },
  { name: "Chinese characters", password: "七只苍鹭飞过宽阔的大河边" },
  { name: "exactly the length that is asked for", password: "kdiwlqpvmzxy" },
  { name: "a sentence with a common word in it", password: "my dragon sleeps late" },
  { name: "200 characters", password: "ab cd efg hi".repeat(17).slice(0, 200) },
  { name: "a short user name in another word", password: "annual harvest moon", username: "ann" },
])("takes $name", ({ password, username }) => {
  expect(judge(password, username === undefined ? {} : { username })).toEqual([]);
});

test.for([
  { name: "11 of 12 characters", password: "kdiwlqpvmzx", expected: ["too-short"] },
  { name: "201 characters", password: `x${"ab cd efg hi".repeat(17)}`.slice(0, 201), expected: ["too-long"] },
  { name: "a common one", password: "iloveyou1234", expected: ["common"] },
  { name: "a common one in capitals", password: "ILoveYou1234", expected: ["common"] },
  { name: "a common one with digits and signs around it", password: "2026-Dragon!!!!", expected: ["common"] },
  { name: "one letter again and again", password: "aaaaaaaaaaaa", expected: ["pattern"] },
  { name: "one piece again and again", password: "ab1!ab1!ab1!ab", expected: ["pattern"] },
  { name: "the alphabet", password: "abcdefghijkl", expected: ["pattern"] },
  { name: "the alphabet backwards", password: "zyxwvutsrqpo", expected: ["pattern"] },
  { name: "the digits, past their end", password: "123456789012", expected: ["pattern"] },
  { name: "a row of the keyboard", password: "qwertyuiopas", expected: ["pattern"] },
  { name: "columns of the keyboard", password: "1qaz2wsx3edc", expected: ["pattern"] },
  { name: "the product", password: "our antbox is cool", expected: ["context"] },
  { name: "the product in other signs", password: "our 4nt-b0x is cool", expected: ["context"] },
  { name: "the maker", password: "BitMain forever yes", expected: ["context"] },
  { name: "the own name", password: "li.wei likes tea much", expected: ["context"] },
  { name: "the own name without its dot", password: "liwei likes tea much", expected: ["context"] },
  { name: "two things at once", password: "antbox", expected: ["too-short", "context"] },
])("refuses $name", ({ password, expected }) => {
  expect(kinds(password)).toEqual(expected);
});

test("counts code points after normalisation, as the hash is made from them", () => {
  expect(kinds("👍👍👍🦆🐢🦉🐙", { minLength: 12 })).toContain("too-short");
  // Full-width letters are the same password as plain ones.
  expect(kinds("ａｎｔｂｏｘ ｉｓ ｃｏｏｌ")).toContain("context");
});

test("asks for as many characters as the settings say", () => {
  expect(judge("kdiwlqpvmzxy", { minLength: 16 })).toEqual([{ kind: "too-short", minLength: 16, length: 12 }]);
});

test("every fault has words in both languages, and never shows the password", () => {
  const faults: PasswordFault[] = [
    { kind: "too-short", minLength: 12, length: 3 },
    { kind: "too-long", maxLength: 200, length: 300 },
    { kind: "common" },
    { kind: "pattern" },
    { kind: "context", word: "antbox" },
    { kind: "former" },
    { kind: "breached" },
  ];
  for (const fault of faults) {
    const text = describeFault(fault);
    expect(text.en).toMatch(/^(must|may) /);
    expect(text["zh-CN"]).toMatch(/[一-鿿]/);
  }
});

test("whatever is typed: an answer, the same for every case of the letters but for its length", () => {
  const anyText = fc.string({ unit: "grapheme", maxLength: 240 });
  fc.assert(
    fc.property(anyText, fc.integer({ min: 10, max: 64 }), (password, minLength) => {
      const found = kinds(password, { minLength });
      const length = [...password.normalize("NFKC")].length;
      expect(found.includes("too-short")).toBe(length < minLength && length <= 200);
      expect(found.includes("too-long")).toBe(length > 200);
      if (/^[ -~]*$/.test(password)) expect(kinds(password.toUpperCase(), { minLength })).toEqual(found);
    }),
  );
});

test("whatever is built from one piece of at most four characters is refused", () => {
  const piece = fc.string({ minLength: 1, maxLength: 4, unit: fc.constantFrom(..."abcxyz0189-_ ") });
  fc.assert(fc.property(piece, (text) => kinds(text.repeat(40).slice(0, 24)).includes("pattern")));
});
