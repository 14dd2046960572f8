import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createIdentityProvider, ProviderError } from "../../adapters/security/identity-provider.ts";
import type { OidcSettings } from "../../adapters/security/oidc-settings.ts";

const CALLBACK = "https://antbox.example/api/v1/auth/oidc/callback";
type Claims = Record<string, unknown>;

/** A provider that says whatever it is told to. */
let server: Server;
let issuer: string;
let keys: { own: CryptoKey; published: JWK; stranger: CryptoKey };
let idToken: (claims: Claims) => Promise<string>;
let nonce: string;
let delayMs = 0;

const sign = (key: CryptoKey, claims: Claims, kid = "own") =>
  new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid }).sign(key);

beforeAll(async () => {
  const own = await generateKeyPair("ES256", { extractable: true });
  const stranger = await generateKeyPair("ES256");
  const published = { ...(await exportJWK(own.publicKey)), kid: "own", alg: "ES256", use: "sig" };
  keys = { own: own.privateKey, published, stranger: stranger.privateKey };
  server = createServer(async (request, response) => {
    const answer = await answerTo(request.url ?? "");
    setTimeout(() => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer));
    }, delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function answerTo(url: string): Promise<object> {
  if (url.startsWith("/.well-known")) {
    return {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
      id_token_signing_alg_values_supported: ["ES256"],
    };
  }
  if (url === "/keys") return { keys: [keys.published] };
  const nowS = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: "antbox", sub: "s-1", iat: nowS, exp: nowS + 300, nonce, roles: ["shift"] };
  return { access_token: "a", token_type: "bearer", id_token: await idToken(claims) };
}

const settings = (): OidcSettings => ({
  issuer,
  clientId: "antbox",
  clientSecret: "secret",
  label: "",
  scopes: "openid",
  rules: { roleClaim: "roles", roleMap: new Map(), scopeMap: null },
});

async function finish() {
  const provider = createIdentityProvider(settings());
  const { secrets } = await provider.begin(CALLBACK, false);
  nonce = secrets.nonce;
  return provider.finish(new URL(`${CALLBACK}?code=c&state=${secrets.state}`), secrets);
}
const problem = () =>
  finish().then(
    () => "taken",
    (error: unknown) => (error instanceof ProviderError ? error.problem : String(error)),
  );

test("a good token is taken", async () => {
  idToken = (claims) => sign(keys.own, claims);
  expect(await finish()).toMatchObject({ subject: "s-1", claims: { roles: ["shift"] } });
});

const nowS = () => Math.floor(Date.now() / 1000);
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const BAD: Record<string, (claims: Claims) => Promise<string>> = {
  "of another issuer": (claims) => sign(keys.own, { ...claims, iss: "https://id.evil.example" }),
  "for another client": (claims) => sign(keys.own, { ...claims, aud: "somebody-else" }),
  "for several clients, and not asked for by us": (claims) =>
    sign(keys.own, { ...claims, aud: ["antbox", "other"], azp: "other" }),
  "that has ended": (claims) => sign(keys.own, { ...claims, exp: nowS() - 60 }),
  "of tomorrow": (claims) => sign(keys.own, { ...claims, nbf: nowS() + 3600 }),
  "without a subject": ({ sub: _, ...claims }) => sign(keys.own, claims),
  "without a nonce": ({ nonce: _, ...claims }) => sign(keys.own, claims),
  "with another nonce": (claims) => sign(keys.own, { ...claims, nonce: "another" }),
  "signed by a stranger": (claims) => sign(keys.stranger, claims),
  "signed with a key that is not published": (claims) => sign(keys.stranger, claims, "unknown"),
  "not signed at all": async (claims) => `${part({ alg: "none" })}.${part(claims)}.`,
  "signed with the client's secret": (claims) =>
    new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode("secret".padEnd(32, "x"))),
  "whose claims were changed afterwards": async (claims) => {
    const [head, , signature] = (await sign(keys.own, claims)).split(".");
    return `${head}.${part({ ...claims, roles: ["admins"] })}.${signature}`;
  },
};
test.for(Object.keys(BAD))("a token %s is refused", async (name) => {
  idToken = BAD[name] ?? idToken;
  expect(await problem()).toBe("invalid");
});

test("a provider that does not answer in time counts as unreachable, and is asked again some seconds later", async () => {
  idToken = (claims) => sign(keys.own, claims);
  let nowMs = 0;
  const provider = createIdentityProvider(settings(), () => nowMs);
  delayMs = 6_000;
  await expect(provider.begin(CALLBACK, false)).rejects.toMatchObject({ problem: "unreachable" });
  delayMs = 0;
  await expect(provider.begin(CALLBACK, false)).rejects.toMatchObject({ problem: "unreachable" });
  nowMs = 4_000;
  expect((await provider.begin(CALLBACK, false)).url).toContain("code_challenge=");
});
