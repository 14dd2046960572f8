import { createHmac, generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import { CompactEncrypt, SignJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deriveKey } from "../../adapters/security/derive-key.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";
import { PASSWORD } from "./test-database.ts";

/** The attacks of RFC 8725 and their relatives, sent to the real API with a key that is known here. */
let api: ApiUnderTest;
let good: { head: string; payload: string; token: string; refresh: string };
let header: Record<string, unknown>;
let claims: Record<string, unknown>;

const secretKey = randomBytes(32);
const key = deriveKey(secretKey, "access-token");
const nowS = () => Math.floor(Date.now() / 1000);
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = rsa.publicKey.export({ type: "spki", format: "pem" }).toString();

beforeAll(async () => {
  api = await startApi({ sites: [aSite(1)], secretKey });
  const body = { username: "admin", password: PASSWORD };
  const { json, headers } = await api.call("/api/v1/auth/login", { method: "POST", body });
  const token = (json as { accessToken: string }).accessToken;
  const [head = "", payload = ""] = token.split(".");
  const refresh = /antbox_refresh=([\w-]+)/.exec(headers.getSetCookie().join())?.[1] ?? "";
  good = { head, payload, token, refresh };
  header = decode(head);
  claims = decode(payload);
});
afterAll(() => api.close());

const encode = (part: unknown) => encodeText(JSON.stringify(part));
const encodeText = (text: string) => Buffer.from(text).toString("base64url");
const decode = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
const signParts = (head: string, payload: string, by: string | Uint8Array = key, hash = "sha256") =>
  `${head}.${payload}.${createHmac(hash, by).update(`${head}.${payload}`).digest("base64url")}`;
const sign = (head: object, body: object, by?: string | Uint8Array) => signParts(encode(head), encode(body), by);
const me = (token: string) => api.call("/api/v1/auth/me", { headers: { authorization: `Bearer ${token}` } });

test("a good token passes, as it was given and signed here again: what follows is about what it changes", async () => {
  expect((await me(good.token)).status).toBe(200);
  expect(sign(header, claims)).toBe(good.token);
  const later = sign(header, { ...claims, iat: nowS(), exp: nowS() + 300 });
  expect((await me(later)).status).toBe(200);
});

test.for<{ name: string; token: () => string | Promise<string> }>([
  ...["none", "None", "NONE", "nOnE", ""].map((alg) => ({
    name: `alg "${alg}" without a signature`,
    token: () => `${encode({ ...header, alg })}.${good.payload}.`,
  })),
  { name: "alg none with the good signature", token: () => replaceHead({ ...header, alg: "none" }) },
  { name: "no alg", token: () => sign({ typ: header["typ"], kid: header["kid"] }, claims) },
  { name: "HS384", token: () => signParts(encode({ ...header, alg: "HS384" }), good.payload, key, "sha384") },
  { name: "HS512", token: () => signParts(encode({ ...header, alg: "HS512" }), good.payload, key, "sha512") },
  {
    name: "RS256 by a key of the attacker",
    token: () => new SignJWT(claims).setProtectedHeader({ ...header, alg: "RS256" }).sign(rsa.privateKey),
  },
  { name: "HS256 with a public RSA key as the secret", token: () => sign(header, claims, pem) },
  { name: "HS256 with an empty secret", token: () => sign(header, claims, "") },
  { name: "HS256 with SECRET_KEY itself", token: () => sign(header, claims, secretKey) },
  {
    name: "HS256 with the key of another use",
    token: () => sign(header, claims, deriveKey(secretKey, "refresh-token")),
  },
  { name: "HS256 with a key of another installation", token: () => sign(header, claims, randomBytes(32)) },
  { name: "a kid that is a path", token: () => sign({ ...header, kid: "../../../../dev/null" }, claims, "") },
  { name: "a kid that is SQL", token: () => sign({ ...header, kid: "x' union select 'k" }, claims, "k") },
  { name: "a kid that nobody has", token: () => sign({ ...header, kid: "AAAAAAAA" }, claims) },
  { name: "no kid", token: () => sign({ alg: "HS256", typ: "at+jwt" }, claims) },
  { name: "jku", token: () => sign({ ...header, jku: `${api.url}/keys.json` }, claims) },
  { name: "x5u", token: () => sign({ ...header, x5u: `${api.url}/cert.pem` }, claims) },
  {
    name: "an embedded jwk",
    token: () => sign({ ...header, jwk: { kty: "oct", k: encodeText("secret") } }, claims, "secret"),
  },
  { name: "crit", token: () => sign({ ...header, crit: ["exp"] }, claims) },
  { name: "crit of something unknown, b64", token: () => sign({ ...header, b64: false, crit: ["b64"] }, claims) },
  { name: "typ JWT", token: () => sign({ ...header, typ: "JWT" }, claims) },
  { name: "no typ", token: () => sign({ alg: header["alg"], kid: header["kid"] }, claims) },
  { name: "a token that has run out", token: () => sign(header, { ...claims, iat: nowS() - 601, exp: nowS() - 1 }) },
  { name: "exp as text", token: () => sign(header, { ...claims, exp: String(nowS() + 300) }) },
  { name: "no exp", token: () => sign(header, { ...claims, exp: undefined }) },
  { name: "a life of a year", token: () => sign(header, { ...claims, exp: nowS() + 31_536_000 }) },
  { name: "iat in the future", token: () => sign(header, { ...claims, iat: nowS() + 300, exp: nowS() + 600 }) },
  { name: "nbf in the future", token: () => sign(header, { ...claims, nbf: nowS() + 300 }) },
  { name: "another aud", token: () => sign(header, { ...claims, aud: `${api.origin}/video` }) },
  { name: "a list of auds", token: () => sign(header, { ...claims, aud: [claims["aud"], "evil"] }) },
  { name: "another iss", token: () => sign(header, { ...claims, iss: "https://evil.example" }) },
  { name: "no iss", token: () => sign(header, { ...claims, iss: undefined }) },
  { name: "a role that does not exist", token: () => sign(header, { ...claims, role: "root" }) },
  { name: "a session that does not exist", token: () => sign(header, { ...claims, sid: randomUUID() }) },
  { name: "a refresh token as access token", token: () => good.refresh },
  { name: "a service token that nobody made", token: () => `abx_${randomBytes(32).toString("base64url")}` },
  { name: "a cut signature", token: () => good.token.slice(0, -10) },
  { name: "an empty signature", token: () => `${good.head}.${good.payload}.` },
  { name: "changed claims under the good signature", token: () => replacePayload({ ...claims, role: "viewer" }) },
  { name: "four parts", token: () => `${good.token}.x` },
  { name: "two parts", token: () => `${good.head}.${good.payload}` },
  { name: "a JWE", token: () => jwe(JSON.stringify(claims)) },
  { name: "a nested token", token: () => signParts(encode({ ...header, cty: "JWT" }), encodeText(good.token)) },
  { name: "a token in a token", token: () => signParts(good.head, encodeText(good.token)) },
  {
    name: "a claim twice, the second one higher",
    token: () => signParts(good.head, encodeText(twice("role", "admin"))),
  },
  {
    name: "a claim twice under an escaped name",
    token: () => signParts(good.head, encodeText(twice("r\\u006fle", "admin"))),
  },
  {
    name: "the same claims with blanks",
    token: () => signParts(good.head, encodeText(JSON.stringify(claims, null, 1))),
  },
  { name: "base64 with padding", token: () => `${good.head}.${good.payload}==.${good.token.split(".")[2]}` },
  { name: "__proto__ in the claims", token: () => signParts(good.head, encodeText(protoClaims())) },
  { name: "dots that look like dots, escaped", token: () => good.token.replaceAll(".", "%2e") },
])("refused: $name", async ({ token }) => {
  const { status, json } = await me(await token());
  expect([status, json]).toEqual([401, expect.objectContaining({ code: "auth.not-signed-in" })]);
});

test("dots of other alphabets are no dots", async () => {
  for (const dot of ["\u2024", "\uff0e", "\u3002"]) {
    expect(api.auth.sessionOf(undefined, `Bearer ${good.token.replaceAll(".", dot)}`)).toBeNull();
    // Header bytes above 127, as a client without manners sends them.
    expect(await statusOfRaw(`Bearer ${Buffer.from(good.token.replaceAll(".", dot)).toString("latin1")}`)).toBe(401);
  }
});

test("a token of ten megabytes is refused before it is looked at, and the next request is served", async () => {
  const huge = `${good.head}.${"A".repeat(10_000_000)}.${"A".repeat(43)}`;
  expect(api.auth.sessionOf(undefined, `Bearer ${huge}`)).toBeNull();
  expect(api.auth.sessionOf(`antbox_access=${huge}`)).toBeNull();
  // Node's own limit of headers comes first: 431, or the connection is cut while the rest is still on its way.
  expect([431, "cut"]).toContain(await statusOfRaw(`Bearer ${huge}`));
  expect((await me(`${good.head}.${"A".repeat(8_000)}.${"A".repeat(43)}`)).status).toBe(401);
  expect((await me(good.token)).status).toBe(200);
});

function replaceHead(head: object): string {
  return [encode(head), ...good.token.split(".").slice(1)].join(".");
}

function replacePayload(payload: object): string {
  const [head, , signature] = good.token.split(".");
  return `${head}.${encode(payload)}.${signature}`;
}

function jwe(text: string): Promise<string> {
  const encrypt = new CompactEncrypt(new TextEncoder().encode(text));
  return encrypt.setProtectedHeader({ alg: "dir", enc: "A256GCM" }).encrypt(key);
}

function twice(name: string, value: string): string {
  return JSON.stringify({ ...claims, role: "viewer" }).replace(/}$/, `,"${name}":"${value}"}`);
}

function protoClaims(): string {
  return JSON.stringify(claims).replace(/}$/, ',"__proto__":{"role":"admin"}}');
}

function statusOfRaw(authorization: string): Promise<number | "cut"> {
  return new Promise((resolve) => {
    const request = httpRequest(`${api.url}/api/v1/auth/me`, { headers: { authorization } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on("error", () => resolve("cut"));
    request.end();
  });
}
