import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { algorithmsIn, cryptoUsesIn } from "./crypto-uses.ts";
import { tableAfter } from "./markdown-table.ts";

const document = readFileSync("docs/cryptography.md", "utf8");
const files = globSync(["*.ts", "{adapters,api,domain,nodes,scripts,dashboard,migrations}/**/*.{ts,mjs,vue,sql}"])
  .sort()
  .map((file) => ({ file, text: readFileSync(file, "utf8") }));
const codeIn = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

test("every use of cryptography is on the list, with what is used, and none that is gone", () => {
  const listed = tableAfter(document, "## Uses in the source").map(([file = "", names = ""]) => ({
    file: codeIn(file)[0],
    names: codeIn(names),
  }));
  const found = files.flatMap(({ file, text }) => cryptoUsesIn(file, text) ?? []);
  expect(found.length).toBeGreaterThan(30);
  expect(listed).toEqual(found);
});

test("every derived key is on the list", () => {
  const uses = /type KeyUse =\s*((?:\|\s*"[\w-]+"\s*)+);/.exec(readFileSync("adapters/security/derive-key.ts", "utf8"));
  const names = [...(uses?.[1] ?? "").matchAll(/"([\w-]+)"/g)].map(([, name = ""]) => name);
  expect(names.length).toBeGreaterThan(4);
  const listed = tableAfter(document, "## Keys").flatMap(([key = ""]) => codeIn(key));
  expect(names.filter((name) => !listed.includes(name))).toEqual([]);
});

test("no hash function and no cipher is used but those on the list, in the files on the list", () => {
  const allowed = tableAfter(document, "## Hash functions and ciphers").map(([name = "", where = ""]) => {
    return { name, files: codeIn(where) };
  });
  const found = files.flatMap(({ file, text }) => algorithmsIn(file, text));
  const isAllowed = (name: string, file: string) =>
    allowed.some((one) => one.name === name && (one.files.length === 0 || one.files.includes(file)));
  expect(found.filter(({ name, file }) => !isAllowed(name, file))).toEqual([]);
  // What is on the list is there.
  expect(allowed.map(({ name }) => name).sort()).toEqual([...new Set(found.map(({ name }) => name))].sort());
  // SHA-1 stands where others say so, and nowhere else.
  expect(found.filter(({ name }) => /^sha-?1$/i.test(name)).map(({ file }) => file)).toEqual([
    "adapters/security/breached-passwords.ts",
    "adapters/security/totp.ts",
  ]);
});

/** They spread times, so that not everybody tries again at once. */
const JITTER = [
  "adapters/controller/system-clock.ts",
  "adapters/database/create-writer.ts",
  "dashboard/composables/use-live.ts",
];

test("a random number that somebody might guess only spreads times", () => {
  const found = files.filter(({ text }) => /\bMath\.random\b/.test(text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, "")));
  expect(found.map(({ file }) => file)).toEqual(JITTER);
});

test.for([
  ['import { createHash } from "node:crypto";', ["createHash"]],
  ['import { createHash, type KeyObject } from "crypto";', ["createHash"]],
  ['import type { KeyObject } from "node:crypto";', null],
  ['import * as everything from "node:crypto";', ["node:crypto"]],
  ['const { createHash } = require("crypto");', ["something by another way than an import"]],
  ['const made = await import("node:crypto");', ["something by another way than an import"]],
  ["const bytes = crypto.getRandomValues(new Uint8Array(8));", ["crypto.getRandomValues"]],
  ["const key = globalThis.crypto.subtle;", ["crypto.subtle"]],
  ["const subtle = ourcrypto.subtle;", null],
] as const)("a use is seen in %s", ([text, names]) => {
  expect(cryptoUsesIn("a.ts", text)?.names ?? null).toEqual(names);
});

test("a use is seen in SQL, and not in what is said about it", () => {
  expect(cryptoUsesIn("a.sql", "select md5(x), digest(y, 'sha1') -- sha256(z)")?.names).toEqual(["digest", "md5"]);
  expect(cryptoUsesIn("a.sql", "-- sha256(z)\nselect 1")).toBeNull();
});

test.for([
  ['createHash("md5")', ["md5"]],
  ["createHash('sha1')", ["sha1"]],
  ["createHmac(`SHA-1`, key)", ["SHA-1"]],
  ["createHash(name)", ["createHash(?)"]],
  ['createCipheriv("aes-128-ecb", key, iv)', ["aes-128-ecb"]],
  ['createCipheriv("des-ede3-cbc", key, iv)', ["des-ede3-cbc"]],
  ['createCipheriv("bf-cbc", key, iv)', ["bf-cbc"]],
  ['const alg = "RS256";', ["RS256"]],
  ['createHash("ripemd160")', ["ripemd160"]],
  ['// createHash("md5")', []],
  ['const words = ["description", "aria-label", "shape"];', []],
] as const)("an algorithm is seen in %s", ([text, names]) => {
  expect(algorithmsIn("a.ts", text).map(({ name }) => name)).toEqual(names);
});
