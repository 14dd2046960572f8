import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createSecretBox } from "../../../adapters/security/secret-box.ts";

const [present, former, foreign] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const PLACE = { table: "user_account", row: 7, column: "totp_secret" };
const unreadable = expect.objectContaining({ code: "secret.unreadable" });

test("opens what it has sealed, whatever text it is", () => {
  const box = createSecretBox(present, null);
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(box.open(box.seal(text, PLACE), PLACE)).toBe(text);
    }),
  );
});

test("a blob says its version and key, holds a fresh IV, and nothing of the text", () => {
  const box = createSecretBox(present, null);
  const blobs = Array.from({ length: 200 }, () => box.seal("JBSWY3DPEHPK3PXP", PLACE));
  expect(new Set(blobs.map((blob) => blob.split(".")[2])).size).toBe(200);
  for (const blob of blobs) expect(blob).toMatch(/^v1\.[\w-]{8}\.[\w-]{16}\.[\w-]{22}\.[\w-]{22}$/);
  expect(blobs.join()).not.toContain("JBSWY3DPEHPK3PXP");
});

test.for([
  ["another row", { ...PLACE, row: 8 }],
  ["another column", { ...PLACE, column: "external_subject" }],
  ["another table", { ...PLACE, table: "webhook" }],
  ["a place that is written alike", { table: "user_account", row: '7","totp_secret', column: "" }],
] as const)("does not open at %s", ([, elsewhere]) => {
  const box = createSecretBox(present, null);
  expect(() => box.open(box.seal("secret", PLACE), elsewhere)).toThrow(unreadable);
});

test("a row's number counts like its text", () => {
  const box = createSecretBox(present, null);
  expect(box.open(box.seal("secret", PLACE), { ...PLACE, row: "7" })).toBe("secret");
});

test("a blob with any one character changed does not open", () => {
  const box = createSecretBox(present, null);
  const blob = box.seal("secret", PLACE);
  for (let at = 0; at < blob.length; at += 1) {
    const other = blob[at] === "A" ? "B" : "A";
    const changed = blob.slice(0, at) + other + blob.slice(at + 1);
    // The last character of a part may stand for fewer than six bits: then the bytes are the same.
    if (sameBytes(changed, blob)) continue;
    expect(() => box.open(changed, PLACE), changed).toThrow(unreadable);
  }
});

test.for([
  "",
  "v1",
  "v1....",
  "secret",
  "v2.aaaaaaaa.bbbb.cc.dd",
  "v1.aaaaaaaa.bbbbbbbbbbbbbbbb.cccccccccccccccccccccc.",
])("text that is no blob of ours does not open: %s", (text) => {
  expect(() => createSecretBox(present, null).open(text, PLACE)).toThrow(unreadable);
});

test("opens with either key, seals with the present one, and tells which is needed", () => {
  const old = createSecretBox(former, null).seal("secret", PLACE);
  const box = createSecretBox(present, former);
  expect(box.open(old, PLACE)).toBe("secret");
  expect(box.isCurrent(old)).toBe(false);
  const renewed = box.seal("secret", PLACE);
  expect(box.isCurrent(renewed)).toBe(true);
  expect(createSecretBox(present, null).open(renewed, PLACE)).toBe("secret");
  expect(() => createSecretBox(former, null).open(renewed, PLACE)).toThrow(unreadable);
  expect(() => createSecretBox(foreign, null).open(old, PLACE)).toThrow(unreadable);
});

test("an error names the place, and neither the text nor the key", () => {
  const box = createSecretBox(present, null);
  const blob = box.seal("the secret", PLACE);
  let message = "";
  try {
    box.open(blob, { ...PLACE, row: 9 });
  } catch (error) {
    message = String(error);
  }
  expect(message).toContain("user_account.totp_secret of 9");
  expect(message).not.toContain("the secret");
  expect(message).not.toContain(blob);
});

function sameBytes(a: string, b: string): boolean {
  const bytes = (text: string) =>
    text.split(".").map((part, n) => (n < 2 ? part : Buffer.from(part, "base64url").toString("hex")));
  return bytes(a).join() === bytes(b).join();
}
