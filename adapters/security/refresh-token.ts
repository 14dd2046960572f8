import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { deriveKey } from "./derive-key.ts";

const ID_BYTES = 16;
const SECRET_BYTES = 32;
const TAG_BYTES = 16;
/** 64 bytes in base64url. */
const FORM = /^[\w-]{86}$/;

/** A token and the only thing of it that is stored: SHA-256 of its bytes. */
export type RefreshToken = { readonly text: string; readonly hash: Buffer };

export type ReadRefreshToken = RefreshToken & {
  readonly sessionId: string;
  /** What follows it, by the present key and by the former one: the same for whoever shows the same token. */
  readonly successors: readonly RefreshToken[];
};

/**
 * Refresh tokens: the session's id, 256 secret bits, and a tag that tells in memory whether the token is one of ours. So
 * a guessed one never asks the database, and an old one still names the session that must end when it is used again.
 *
 * The first secret is random. Each further one is HMAC-SHA-256 of the one before under a key of the server: two tabs that
 * show the same token at once get the same next one, although hashes are all that is stored.
 */
export interface RefreshTokens {
  first(sessionId: string): RefreshToken;
  /** @returns null for what is not ours */
  read(text: string): ReadRefreshToken | null;
}

/** @param previousSecretKey tokens of before a change of SECRET_KEY go on */
export function createRefreshTokens(secretKey: Uint8Array, previousSecretKey: Uint8Array | null): RefreshTokens {
  const keys = [secretKey, previousSecretKey].flatMap((key) => (key ? deriveKey(key, "refresh-token") : []));
  const [present = Buffer.alloc(0)] = keys;

  function make(key: Buffer, id: Buffer, secret: Buffer): RefreshToken {
    const bytes = Buffer.concat([id, secret, tagOf(key, id, secret)]);
    return { text: bytes.toString("base64url"), hash: createHash("sha256").update(bytes).digest() };
  }

  return {
    first: (sessionId) => make(present, Buffer.from(sessionId.replaceAll("-", ""), "hex"), randomBytes(SECRET_BYTES)),
    read(text) {
      if (!FORM.test(text)) return null;
      const bytes = Buffer.from(text, "base64url");
      const id = bytes.subarray(0, ID_BYTES);
      const secret = bytes.subarray(ID_BYTES, ID_BYTES + SECRET_BYTES);
      const tag = bytes.subarray(ID_BYTES + SECRET_BYTES);
      if (!keys.some((key) => timingSafeEqual(tagOf(key, id, secret), tag))) return null;
      return {
        text,
        hash: createHash("sha256").update(bytes).digest(),
        sessionId: uuidOf(id),
        successors: keys.map((key) => make(key, id, macOf(key, "next", id, secret))),
      };
    },
  };
}

function tagOf(key: Buffer, id: Buffer, secret: Buffer): Buffer {
  return macOf(key, "tag", id, secret).subarray(0, TAG_BYTES);
}

function macOf(key: Buffer, use: "next" | "tag", id: Buffer, secret: Buffer): Buffer {
  return createHmac("sha256", key).update(use).update(id).update(secret).digest();
}

function uuidOf(id: Buffer): string {
  return id.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
