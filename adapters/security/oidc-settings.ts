import { z } from "zod";
import { type ExternalRules, parseRoleMap, parseScopeMap } from "../../domain/access/external-rights.ts";
import { AppError } from "../../domain/errors.ts";

/** The identity provider that people may sign in with. */
export type OidcSettings = {
  /** As the provider names itself; the same text as in its discovery document. */
  readonly issuer: string;
  readonly clientId: string;
  /** null: a public client, which PKCE alone protects. */
  readonly clientSecret: string | null;
  /** What the button on the login page says. */
  readonly label: string;
  /** What is asked for, `openid` among it. */
  readonly scopes: string;
  readonly rules: ExternalRules;
};

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** The variables of the environment, to be spread into its schema. */
export const OIDC_ENVIRONMENT = {
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/, error: "must look like https://id.example.com/realms/plant" })
    .refine(isSafeIssuer, "must be https (http only on this machine) and have no ? or #")
    .optional(),
  OIDC_CLIENT_ID: z.string().min(1).max(200).optional(),
  OIDC_CLIENT_SECRET: z.string().min(1).max(1000).optional(),
  OIDC_LABEL: z.string().min(1).max(40).default("OpenID Connect"),
  OIDC_SCOPES: z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/, "must be words with one blank between")
    .refine((text) => text.split(" ").includes("openid"), "must hold openid")
    .default("openid profile email"),
  OIDC_ROLE_CLAIM: z.string().min(1).max(200).default("roles"),
  OIDC_ROLE_MAP: z.string().transform(mapBy(parseRoleMap)).optional(),
  OIDC_SCOPE_MAP: z.string().transform(mapBy(parseScopeMap)).optional(),
};
const OidcEnvironment = z.object(OIDC_ENVIRONMENT);

/**
 * @returns null when no provider is configured
 * @throws {AppError} `config.invalid`
 */
export function oidcSettingsFrom(env: z.output<typeof OidcEnvironment>): OidcSettings | null {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_ROLE_MAP: roleMap } = env;
  if (issuer === undefined) {
    if (clientId === undefined && roleMap === undefined) return null;
    throw new AppError("config.invalid", "OIDC_ISSUER: required with the other OIDC_ variables");
  }
  if (clientId === undefined) throw new AppError("config.invalid", "OIDC_CLIENT_ID: required with OIDC_ISSUER");
  if (roleMap === undefined) {
    throw new AppError("config.invalid", "OIDC_ROLE_MAP: required with OIDC_ISSUER: without it nobody gets in");
  }
  return {
    issuer,
    clientId,
    clientSecret: env.OIDC_CLIENT_SECRET ?? null,
    label: env.OIDC_LABEL,
    scopes: env.OIDC_SCOPES,
    rules: { roleClaim: env.OIDC_ROLE_CLAIM, roleMap, scopeMap: env.OIDC_SCOPE_MAP ?? null },
  };
}

function isSafeIssuer(text: string): boolean {
  const { protocol, hostname } = new URL(text);
  return (protocol === "https:" || LOOPBACK.includes(hostname)) && !/[?#]/.test(text);
}

function mapBy<T extends object>(parse: (text: string) => T | string) {
  return (text: string, context: z.RefinementCtx): T => {
    const parsed = parse(text);
    if (typeof parsed !== "string") return parsed;
    context.addIssue(parsed);
    return z.NEVER;
  };
}
