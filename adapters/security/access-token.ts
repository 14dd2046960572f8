import { createHash, createHmac, hash, timingSafeEqual } from "node:crypto";
import { SignJWT } from "jose";
import { z } from "zod";
import { Role } from "../../domain/access/session-user.ts";
import { deriveKey } from "./derive-key.ts";

export const ACCESS_TOKEN_S = 600;
const MAX_TOKEN_LENGTH = 2048;
const MAX_CACHED = 10_000;
const CLOCK_SKEW_S = 30;

const Claims = z.strictObject({
  iss: z.string(),
  aud: z.string(),
  sub: z.string().min(1).max(64),
  sid: z.uuid(),
  role: Role,
  iat: z.int(),
  exp: z.int(),
});

/** What an access token says. `sessionId` ties it to the session that can be revoked. */
export type AccessClaims = {
  readonly username: string;
  readonly role: Role;
  readonly sessionId: string;
  readonly expiresAtMs: number;
};

export interface AccessTokens {
  issue(user: Omit<AccessClaims, "expiresAtMs">): Promise<{ token: string; expiresAtMs: number }>;
  /** Synchronous, because a WebSocket upgrade must be answered at once. @returns null for anything but a good, live token */
  verify(token: string): AccessClaims | null;
}

/**
 * Access tokens: JWT in the profile of RFC 9068 (`typ: at+jwt`), 10 minutes, HS256 with a key of their own.
 *
 * Every token of ours has one and the same protected header, so the verifier compares it as text: `alg: none`, another
 * algorithm, a foreign `kid`, `jku` or `jwk` cannot even be looked at. A verification costs as much as a whole request
 * (about 17 µs), so good tokens are remembered by their SHA-256 until they end.
 *
 * @param issuer the platform's public origin: a token of one installation is worth nothing at another
 * @param clock milliseconds since the Unix epoch
 */
export function createAccessTokens(secretKey: Uint8Array, issuer: string, clock: () => number): AccessTokens {
  const key = deriveKey(secretKey, "access-token");
  const header = { alg: "HS256", typ: "at+jwt", kid: createHash("sha256").update(key).digest("base64url").slice(0, 8) };
  const headerPart = Buffer.from(JSON.stringify(header)).toString("base64url");
  const audience = `${issuer}/api`;
  const cache = new Map<string, AccessClaims>();

  function check(token: string): AccessClaims | null {
    const parts = token.split(".");
    const [head, payload, signature] = parts;
    if (parts.length !== 3 || head !== headerPart || !payload || !signature) return null;
    if (!isSameText(signature, createHmac("sha256", key).update(`${head}.${payload}`).digest("base64url"))) return null;
    const claims = parseClaims(payload);
    if (!claims || claims.iss !== issuer || claims.aud !== audience) return null;
    if (claims.iat > clock() / 1000 + CLOCK_SKEW_S || claims.exp - claims.iat > ACCESS_TOKEN_S) return null;
    return { username: claims.sub, role: claims.role, sessionId: claims.sid, expiresAtMs: claims.exp * 1000 };
  }

  return {
    async issue({ username, role, sessionId }) {
      const issuedAtS = Math.floor(clock() / 1000);
      const token = await new SignJWT({ sid: sessionId, role })
        .setProtectedHeader(header)
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(username)
        .setIssuedAt(issuedAtS)
        .setExpirationTime(issuedAtS + ACCESS_TOKEN_S)
        .sign(key);
      return { token, expiresAtMs: (issuedAtS + ACCESS_TOKEN_S) * 1000 };
    },

    verify(token) {
      if (token.length > MAX_TOKEN_LENGTH) return null;
      const id = hash("sha256", token, "base64");
      const claims = cache.get(id) ?? check(token);
      if (!claims || claims.expiresAtMs <= clock()) {
        cache.delete(id);
        return null;
      }
      if (!cache.has(id)) remember(cache, id, claims);
      return claims;
    },
  };
}

/** A Map keeps the order of insertion: the oldest token is the nearest to its end. */
function remember(cache: Map<string, AccessClaims>, id: string, claims: AccessClaims): void {
  const oldest = cache.size >= MAX_CACHED ? cache.keys().next() : null;
  if (oldest && !oldest.done) cache.delete(oldest.value);
  cache.set(id, claims);
}

function isSameText(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function parseClaims(payload: string): z.infer<typeof Claims> | null {
  try {
    return Claims.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8"))).data ?? null;
  } catch {
    return null;
  }
}
