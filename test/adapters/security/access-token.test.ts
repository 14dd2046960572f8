import { createHmac, generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import { expect, test } from "vitest";
import { createAccessTokens } from "../../../adapters/security/access-token.ts";
import { deriveKey } from "../../../adapters/security/derive-key.ts";

const ISSUER = "https://antbox.example";
const NOW_MS = Date.UTC(2026, 10, 23, 8);
const secretKey = randomBytes(32);
let nowMs = NOW_MS;
const clock = () => nowMs;
const tokens = createAccessTokens({ present: secretKey, previous: null }, ISSUER, clock);
const rights = { role: "admin" as const, isLimited: false, mustChangePassword: false };
const user = { username: "admin", ...rights, sessionId: randomUUID() };
const key = deriveKey(secretKey, "access-token");

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");
const decode = (part: string | undefined) =>
  JSON.parse(Buffer.from(part ?? "", "base64url").toString()) as Record<string, unknown>;
const good = await tokens.issue(user);
const [goodHead, goodClaims] = good.token.split(".");
const header = decode(goodHead);
const claims = decode(goodClaims);

function sign(head: object, body: object, by: Uint8Array = key): string {
  const text = `${encode(head)}.${encode(body)}`;
  return `${text}.${createHmac("sha256", by).update(text).digest("base64url")}`;
}

function signText(head: object, body: string): string {
  const text = `${encode(head)}.${Buffer.from(body).toString("base64url")}`;
  return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
}

test("a token of ours is good until its end, also from the cache, and an independent verifier agrees", async () => {
  nowMs = NOW_MS;
  expect(tokens.verify(good.token)).toEqual({ ...user, expiresAtMs: NOW_MS + 600_000 });
  expect(tokens.verify(good.token)).toEqual({ ...user, expiresAtMs: NOW_MS + 600_000 });
  const checked = await jwtVerify(good.token, key, {
    algorithms: ["HS256"],
    typ: "at+jwt",
    issuer: ISSUER,
    audience: `${ISSUER}/api`,
    currentDate: new Date(NOW_MS),
  });
  expect(checked.payload.sub).toBe("admin");
  nowMs = NOW_MS + 600_000;
  expect(tokens.verify(good.token)).toBeNull();
  nowMs = NOW_MS;
});

test("the key is the token's own: another use, or another installation, has another", () => {
  expect(deriveKey(secretKey, "access-token")).not.toEqual(deriveKey(secretKey, "idempotency"));
  const other = createAccessTokens({ present: randomBytes(32), previous: null }, ISSUER, clock);
  expect(other.verify(good.token)).toBeNull();
  const elsewhere = createAccessTokens({ present: secretKey, previous: null }, "https://other.example", clock);
  expect(elsewhere.verify(good.token)).toBeNull();
});

test("after a change of SECRET_KEY the tokens of the former key are good until they end, and new ones use the new key", async () => {
  const next = createAccessTokens({ present: randomBytes(32), previous: secretKey }, ISSUER, clock);
  expect(next.verify(good.token)).toEqual({ ...user, expiresAtMs: NOW_MS + 600_000 });
  const { token } = await next.issue(user);
  expect(decode(token.split(".")[0])["kid"]).not.toBe(header["kid"]);
  expect(next.verify(token)).not.toBeNull();
  expect(tokens.verify(token)).toBeNull();
});

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const publicPem = publicKey.export({ type: "spki", format: "pem" }).toString();

test.for<{ name: string; token: () => string | Promise<string> }>([
  { name: "no signature, alg none", token: () => `${encode({ ...header, alg: "none" })}.${goodClaims}.` },
  {
    name: "alg none with the old signature",
    token: () => good.token.replace(goodHead ?? "", encode({ ...header, alg: "none" })),
  },
  { name: "alg HS512", token: () => sign({ ...header, alg: "HS512" }, claims) },
  {
    name: "an RSA signature",
    token: () => new SignJWT(claims).setProtectedHeader({ ...header, alg: "RS256" }).sign(privateKey),
  },
  { name: "HS256 with an RSA public key", token: () => sign(header, claims, Buffer.from(publicPem)) },
  { name: "a foreign kid", token: () => sign({ ...header, kid: "../../dev/null" }, claims) },
  { name: "a jku", token: () => sign({ ...header, jku: "https://evil.example/keys" }, claims) },
  { name: "an embedded jwk", token: () => sign({ ...header, jwk: { kty: "oct", k: "AA" } }, claims) },
  { name: "typ JWT", token: () => sign({ ...header, typ: "JWT" }, claims) },
  { name: "another issuer", token: () => sign(header, { ...claims, iss: "https://evil.example" }) },
  { name: "another audience", token: () => sign(header, { ...claims, aud: `${ISSUER}/video` }) },
  { name: "an unknown role", token: () => sign(header, { ...claims, role: "root" }) },
  { name: "no end", token: () => sign(header, { ...claims, exp: undefined }) },
  { name: "a life of a year", token: () => sign(header, { ...claims, exp: (claims["exp"] as number) + 31_536_000 }) },
  { name: "issued in the future", token: () => sign(header, { ...claims, iat: (claims["iat"] as number) + 300 }) },
  {
    name: "ended a second ago",
    token: () => sign(header, { ...claims, iat: NOW_MS / 1000 - 601, exp: NOW_MS / 1000 - 1 }),
  },
  { name: "the claims once more, in other words", token: () => signText(header, JSON.stringify(claims, null, 1)) },
  {
    name: "a claim twice",
    token: () => signText(header, JSON.stringify(claims).replace("{", '{"role":"viewer",')),
  },
  { name: "an extra claim", token: () => sign(header, { ...claims, admin: true }) },
  { name: "one changed byte", token: () => `${good.token.slice(0, -2)}${good.token.endsWith("AA") ? "BB" : "AA"}` },
  { name: "four parts", token: () => `${good.token}.x` },
  { name: "ten megabytes", token: () => `${"a".repeat(5e6)}.${"b".repeat(5e6)}.c` },
  { name: "nothing", token: () => "" },
])("refused: $name", async ({ token }) => {
  expect(tokens.verify(await token())).toBeNull();
});

test("the same claims signed rightly are accepted: the refusals above are about what they change", () => {
  expect(tokens.verify(sign(header, claims))).not.toBeNull();
});
