import * as client from "openid-client";
import type { OidcSettings } from "./oidc-settings.ts";

/** Why a sign-in with the provider came to nothing. */
export type ProviderProblem =
  /** It does not answer, or not in time. */
  | "unreachable"
  /** It says no: the person gave up, or may not use this application. */
  | "refused"
  /** Its answer does not belong to this sign-in, was used before, or is not to be trusted. */
  | "invalid";

export class ProviderError extends Error {
  override readonly name = "ProviderError";
  readonly problem: ProviderProblem;

  constructor(problem: ProviderProblem, cause: unknown) {
    super(`the identity provider: ${problem}`, { cause });
    this.problem = problem;
  }
}

/** What has to be remembered between the two halves of a sign-in, out of reach of scripts and of other browsers. */
export type SignInSecrets = { readonly state: string; readonly nonce: string; readonly verifier: string };

/** Who signed in, as the provider says. */
export type ExternalPerson = {
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** When they last proved it to the provider, milliseconds since the Unix epoch; null when it does not say. */
  readonly provenAtMs: number | null;
};

/** An OpenID Connect provider, asked for authorisation codes with PKCE (RFC 7636, S256). */
export interface IdentityProvider {
  /**
   * @param isFresh the person has to sign in there again, whatever session they have
   * @returns where the browser has to go
   * @throws {ProviderError} `unreachable`
   */
  begin(redirectUri: string, isFresh: boolean): Promise<{ url: string; secrets: SignInSecrets }>;
  /**
   * Exchanges the code for an ID token, whose signature, issuer, audience, times and nonce the library checks.
   *
   * @param callbackUrl the address that the browser came back to, with its query
   * @throws {ProviderError}
   */
  finish(callbackUrl: URL, secrets: SignInSecrets): Promise<ExternalPerson>;
}

const TIMEOUT_S = 5;
const CLOCK_TOLERANCE_S = 30;
/** Endpoints and keys of a provider change rarely; keys that are not known are fetched when they are met. */
const DISCOVER_EVERY_MS = 3_600_000;
/** A provider that is away is not asked again by each impatient click. */
const REST_AFTER_FAILURE_MS = 3_000;

type Discovery = { readonly at: number; readonly found: Promise<client.Configuration>; hasFailed: boolean };

/**
 * Nothing is asked of the provider before the first sign-in: one that is away holds up nothing else.
 *
 * @param clock milliseconds since the Unix epoch
 */
export function createIdentityProvider(settings: OidcSettings, clock: () => number = Date.now): IdentityProvider {
  let discovery: Discovery | null = null;

  function discovered(): Promise<client.Configuration> {
    const keepMs = discovery?.hasFailed ? REST_AFTER_FAILURE_MS : DISCOVER_EVERY_MS;
    if (discovery === null || clock() - discovery.at > keepMs) {
      const begun: Discovery = { at: clock(), found: discover(settings), hasFailed: false };
      begun.found.catch(() => {
        begun.hasFailed = true;
      });
      discovery = begun;
    }
    return discovery.found.catch((error) => {
      throw new ProviderError("unreachable", error);
    });
  }

  return {
    async begin(redirectUri, isFresh) {
      const configuration = await discovered();
      const secrets = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      };
      const url = client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: settings.scopes,
        state: secrets.state,
        nonce: secrets.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(secrets.verifier),
        code_challenge_method: "S256",
        ...(isFresh ? { prompt: "login", max_age: "0" } : {}),
      });
      return { url: url.href, secrets };
    },

    async finish(callbackUrl, { state, nonce, verifier }) {
      const configuration = await discovered();
      try {
        const tokens = await client.authorizationCodeGrant(configuration, callbackUrl, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (!claims) throw new Error("no ID token");
        const more = await moreClaims(configuration, settings, tokens.access_token, claims);
        // What is signed wins over what was only fetched.
        const provenAtMs = typeof claims.auth_time === "number" ? claims.auth_time * 1000 : null;
        return { subject: claims.sub, claims: { ...more, ...claims }, provenAtMs };
      } catch (error) {
        throw new ProviderError(problemOf(error), error);
      }
    },
  };
}

function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<client.Configuration> {
  const authentication = clientSecret === null ? client.None() : client.ClientSecretBasic(clientSecret);
  // The settings allow http on this machine only.
  const local = new URL(issuer).protocol === "http:" ? [client.allowInsecureRequests] : [];
  const metadata = { [client.clockTolerance]: CLOCK_TOLERANCE_S };
  return client.discovery(new URL(issuer), clientId, metadata, authentication, {
    timeout: TIMEOUT_S,
    // Also the signature of a token that came from the provider itself, over TLS.
    execute: [client.enableNonRepudiationChecks, ...local],
  });
}

/** Many providers put groups and roles into the answer of their UserInfo endpoint only. */
async function moreClaims(
  configuration: client.Configuration,
  { rules }: OidcSettings,
  accessToken: string,
  claims: Readonly<Record<string, unknown>> & { readonly sub: string },
): Promise<Readonly<Record<string, unknown>>> {
  const [first = ""] = rules.roleClaim.split(".");
  const isComplete = Object.hasOwn(claims, rules.roleClaim) || Object.hasOwn(claims, first);
  if (isComplete || configuration.serverMetadata().userinfo_endpoint === undefined) return {};
  return client.fetchUserInfo(configuration, accessToken, claims.sub);
}

function problemOf(error: unknown): ProviderProblem {
  if (error instanceof client.AuthorizationResponseError) return "refused";
  if (error instanceof client.ResponseBodyError) return "invalid";
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "OAUTH_TIMEOUT" || code === "OAUTH_RESPONSE_IS_NOT_CONFORM") return "unreachable";
  // `fetch` fails with a plain TypeError; what the library checks has a code.
  return error instanceof TypeError && code === null ? "unreachable" : "invalid";
}
