import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createRecoveryCodes, hashRecoveryCode } from "../../../adapters/security/recovery-codes.ts";
import { createTotpSecret, matchTotpStep, totpUri } from "../../../adapters/security/totp.ts";

/** "12345678901234567890" of RFC 6238 appendix B, in base32. */
const RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/** RFC 4226 §5.3 once more, in other words than the library's. */
function codeAt(secret: string, step: number): string {
  const bits = [...secret].map((letter) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"),
  );
  const key = Buffer.from((bits.join("").match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", key).update(counter).digest();
  const number = mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

test.for([
  { atS: 59, code: "287082" },
  { atS: 1_111_111_109, code: "081804" },
  { atS: 1_111_111_111, code: "050471" },
  { atS: 1_234_567_890, code: "005924" },
  { atS: 2_000_000_000, code: "279037" },
  { atS: 20_000_000_000, code: "353130" },
])("RFC 6238 appendix B at $atS s", ({ atS, code }) => {
  expect(matchTotpStep(RFC_SECRET, code, atS * 1000)).toBe(Math.floor(atS / 30));
  expect(codeAt(RFC_SECRET, Math.floor(atS / 30))).toBe(code);
});

test("the step before and the step after count, and no other", () => {
  const atMs = fc.integer({ min: 60_000, max: 4_000_000_000_000 });
  fc.assert(
    fc.property(
      atMs,
      fc.integer({ min: -4, max: 4 }),
      fc.uint8Array({ minLength: 20, maxLength: 20 }),
      (nowMs, away, bytes) => {
        const secret = `${[...bytes].map((byte) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[byte % 32]).join("")}ABCDEFGHIJKL`;
        const present = Math.floor(nowMs / 30_000);
        const step = Math.max(0, present + away);
        const matched = matchTotpStep(secret, codeAt(secret, step), nowMs);
        const others = [present - 1, present, present + 1].filter(
          (one) => codeAt(secret, one) === codeAt(secret, step),
        );
        if (Math.abs(step - present) <= 1) expect(others).toContain(matched);
        else if (others.length === 0) expect(matched).toBe(null);
      },
    ),
  );
});

test.for(["", "12345", "1234567", "28708a", "２８７０８２", "-87082", "287082\n", "2.8e10"])(
  "%j is no code",
  (code) => {
    expect(matchTotpStep(RFC_SECRET, code, 59_000)).toBe(null);
  },
);

test("blanks may stand in a code, as apps show it", () => {
  expect(matchTotpStep(RFC_SECRET, "287 082", 59_000)).toBe(1);
});

test("a secret has 160 bits, and every one is another", () => {
  const secrets = Array.from({ length: 50 }, createTotpSecret);
  expect(new Set(secrets).size).toBe(50);
  for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/);
});

test("an authenticator can read the address", () => {
  const uri = new URL(totpUri(RFC_SECRET, "li.wei@acme & co"));
  expect([uri.protocol, uri.host]).toEqual(["otpauth:", "totp"]);
  expect(decodeURIComponent(uri.pathname)).toBe("/AntBox Flow:li.wei@acme & co");
  expect(Object.fromEntries(uri.searchParams)).toEqual({
    issuer: "AntBox Flow",
    secret: RFC_SECRET,
    algorithm: "SHA1",
    digits: "6",
    period: "30",
  });
});

test("ten recovery codes of 140 bits, which may be typed as people read them", () => {
  const codes = createRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) {
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){6}$/);
    const hash = hashRecoveryCode(code);
    expect(hash).toMatch(/^[\da-f]{64}$/);
    expect(hashRecoveryCode(code.toLowerCase().replaceAll("-", " "))).toBe(hash);
    expect(hashRecoveryCode(code.replaceAll("0", "o").replaceAll("1", "l"))).toBe(hash);
  }
  expect(new Set(codes.map(hashRecoveryCode)).size).toBe(10);
});

test("every sign of a recovery code is as likely as the others", () => {
  const signs = Array.from({ length: 200 }, createRecoveryCodes).flat().join("").replaceAll("-", "");
  const counts = Map.groupBy(signs, (sign) => sign);
  // 56,000 signs of 32 kinds: 1,750 each, give or take 41; eight times that is not chance.
  expect(counts.size).toBe(32);
  for (const { length } of counts.values()) expect(Math.abs(length - 1_750)).toBeLessThan(8 * 41);
});

test("a recovery code of 24 signs, which somebody may have kept, counts too", () => {
  expect(hashRecoveryCode("7KQ2-M4TD-Z0PX-91VB-CYH6-E8WA")).toMatch(/^[\da-f]{64}$/);
});

test.for([
  "",
  "123456",
  "ABCD-EFGH",
  "x".repeat(24).replaceAll("x", "U"),
  ...[23, 25, 27, 29].map((n) => "0".repeat(n)),
])("%j is no recovery code", (code) => {
  expect(hashRecoveryCode(code)).toBe(null);
});
