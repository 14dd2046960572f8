import { createHash, createHmac, hash, timingSafeEqual } from "node:crypto";
import { SignJWT } from "jose";
import { z } from "zod";
import { Role } from "../../domain/access/session-user.ts";
import { keepNewest } from "../../domain/keep-newest.ts";
import { deriveKey } from "./derive-key.ts";

export const ACCESS_TOKEN_S = 600;
const MAX_TOKEN_LENGTH = 2048;
const MAX_CACHED = 10_000;
const CLOCK_SKEW_S = 30;

const Claims = z.strictObject({
  sid: z.uuid(),
  role: Role,
  lim: z.boolean(),
  chg: z.boolean(),
  iss: z.string(),
  aud: z.string(),
  sub: z.string().min(1).max(64),
  iat: z.int(),
  exp: z.int(),
});

/** What an access token says. `sessionId` ties it to the session that can be revoked. */
export type AccessClaims = {
  readonly username: string;
  readonly role: Role;
  /** Only a part of the fleet counts; which one, the session says. */
  readonly isLimited: boolean;
  readonly mustChangePassword: boolean;
  readonly sessionId: string;
  readonly expiresAtMs: number;
};

export interface AccessTokens {
  issue(user: Omit<AccessClaims, "expiresAtMs">): Promise<{ token: string; expiresAtMs: number }>;
  /** Synchronous, because a WebSocket upgrade must be answered at once. @returns null for anything but a good, live token */
  verify(token: string): AccessClaims | null;
}

type Signer = { readonly key: Buffer; readonly header: { alg: string; typ: string; kid: string } };

/**
 * Access tokens: JWT in the profile of RFC 9068 (`typ: at+jwt`), 10 minutes, HS256 with a key of their own
 * (docs/decisions/0010-access-tokens.md).
 *
 * A token of ours has one of two protected headers, that of the present key and that of the former one, so the verifier
 * compares it as text: `alg: none`, another algorithm, a foreign `kid`, `jku` or `jwk` cannot even be looked at. The
 * claims are compared with how we write them, too, so that doubled or hidden ones count for nothing. A verification costs
 * as much as a whole request (about 17 µs), so good tokens are remembered by their SHA-256 until they end.
 *
 * @param keys `previous`: tokens of before a change of SECRET_KEY are good until they end
 * @param issuer the platform's public origin: a token of one installation is worth nothing at another
 * @param clock milliseconds since the Unix epoch
 */
export function createAccessTokens(
  keys: { readonly present: Uint8Array; readonly previous: Uint8Array | null },
  issuer: string,
  clock: () => number,
): AccessTokens {
  const signer = signerOf(keys.present);
  const signers = [signer, ...(keys.previous ? [signerOf(keys.previous)] : [])];
  const keyByHeader = new Map(signers.map(({ key, header }) => [encode(JSON.stringify(header)), key]));
  const audience = `${issuer}/api`;
  const cache = new Map<string, AccessClaims>();

  function check(token: string): AccessClaims | null {
    const parts = token.split(".");
    const [head = "", payload = "", signature = ""] = parts;
    const key = keyByHeader.get(head);
    if (parts.length !== 3 || !key) return null;
    if (!isSameText(signature, createHmac("sha256", key).update(`${head}.${payload}`).digest("base64url"))) return null;
    const claims = parseClaims(payload);
    if (!claims || claims.iss !== issuer || claims.aud !== audience) return null;
    if (claims.iat > clock() / 1000 + CLOCK_SKEW_S || claims.exp - claims.iat > ACCESS_TOKEN_S) return null;
    return {
      username: claims.sub,
      role: claims.role,
      isLimited: claims.lim,
      mustChangePassword: claims.chg,
      sessionId: claims.sid,
      expiresAtMs: claims.exp * 1000,
    };
  }

  return {
    async issue({ username, role, isLimited, mustChangePassword, sessionId }) {
      const issuedAtS = Math.floor(clock() / 1000);
      const token = await new SignJWT({ sid: sessionId, role, lim: isLimited, chg: mustChangePassword })
        .setProtectedHeader(signer.header)
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(username)
        .setIssuedAt(issuedAtS)
        .setExpirationTime(issuedAtS + ACCESS_TOKEN_S)
        .sign(signer.key);
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
      // The oldest token is the nearest to its end: one that is used again keeps its place.
      if (!cache.has(id)) keepNewest(cache, MAX_CACHED, id, claims);
      return claims;
    },
  };
}

function signerOf(secretKey: Uint8Array): Signer {
  const key = deriveKey(secretKey, "access-token");
  const kid = createHash("sha256").update(key).digest("base64url").slice(0, 8);
  return { key, header: { alg: "HS256", typ: "at+jwt", kid } };
}

function isSameText(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64url");
}

/** @returns null for what is not, byte by byte, how we write claims */
function parseClaims(payload: string): z.infer<typeof Claims> | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return encode(JSON.stringify(parsed)) === payload ? (Claims.safeParse(parsed).data ?? null) : null;
  } catch {
    return null;
  }
}
