import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair } from "jose";
import { Provider } from "oidc-provider";

export const CLIENT = { id: "antbox", secret: "a secret of the client, never shown" } as const;

/** A real OpenID Connect provider on this machine, whose people sign in without being asked anything. */
export type TestProvider = {
  readonly issuer: string;
  /** Subject → claims. */
  readonly people: Map<string, Readonly<Record<string, unknown>>>;
  /** Who signs in next; null: somebody who gives up. */
  who: string | null;
  /** Takes up its work, for the one client, which may come back to this address. */
  serve(redirectUri: string): Promise<void>;
  stop(): Promise<void>;
};

/** @param hasClaimsInToken false: claims are told by the UserInfo endpoint only, as the specification has it */
export async function startIdentityProvider(hasClaimsInToken: boolean): Promise<TestProvider> {
  let answer = (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(503).end();
  };
  const server = createServer((request, response) => answer(request, response));
  // Another name than the platform's 127.0.0.1: for a browser, another site.
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const people: TestProvider["people"] = new Map();
  const self: TestProvider = {
    issuer,
    people,
    who: null,
    async serve(redirectUri) {
      const provider = await makeProvider(issuer, redirectUri, people, hasClaimsInToken);
      const other = provider.callback();
      answer = (request, response) => {
        if (!request.url?.startsWith("/interaction/")) return other(request, response);
        interact(provider, self.who, request, response).catch((error) => response.writeHead(500).end(String(error)));
      };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return self;
}

async function makeProvider(
  issuer: string,
  redirectUri: string,
  people: TestProvider["people"],
  hasClaimsInToken: boolean,
): Promise<Provider> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const key = { ...(await exportJWK(privateKey)), use: "sig", alg: "RS256", kid: "test" };
  return new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [redirectUri],
        response_types: ["code"],
        grant_types: ["authorization_code"],
        token_endpoint_auth_method: "client_secret_basic",
      },
    ],
    pkce: { required: () => true },
    jwks: { keys: [key] },
    cookies: { keys: ["only for this test"] },
    conformIdTokenClaims: !hasClaimsInToken,
    claims: {
      openid: ["sub"],
      profile: ["preferred_username", "name", "roles", "realm_access"],
      email: ["email"],
    },
    findAccount: (_context: unknown, sub: string) =>
      people.has(sub) ? { accountId: sub, claims: async () => ({ sub, ...people.get(sub) }) } : undefined,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
  });
}

/** Says at once who it is, and that the client may know. */
async function interact(
  provider: Provider,
  who: string | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  if (who === null) {
    const refusal = { error: "access_denied", error_description: "gave up" };
    return provider.interactionFinished(request, response, refusal, { mergeWithLastSubmission: false });
  }
  const grant = new provider.Grant({ accountId: who, clientId: params["client_id"] });
  grant.addOIDCScope(params["scope"] ?? "openid");
  const result = { login: { accountId: who, remember: false }, consent: { grantId: await grant.save() } };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}
