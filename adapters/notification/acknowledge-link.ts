import { createHmac, timingSafeEqual } from "node:crypto";

/** Links by which somebody who was told acknowledges, without signing in. */
export interface AcknowledgeLinks {
  urlOf(key: string): string;
  /** @returns the key of the message; a word when the link is none of ours, or its time is over */
  read(token: string): { readonly key: string } | "unknown" | "over";
}

/** Whoever has been asleep for longer gets the repetition with a fresh link [J]. */
const LIFE_MS = 4 * 3_600_000;
const TOKEN = /^([\w-]{24})\.([0-9a-z]{1,12})\.([\w-]{43})$/;

/**
 * A link holds the key of its message and its end, signed. That it works once is kept with the message.
 *
 * @param key of the signatures, 32 bytes
 * @param publicUrl without `/` at the end
 */
export function createAcknowledgeLinks(key: Uint8Array, publicUrl: string, clock: () => number): AcknowledgeLinks {
  const sign = (message: string, end: string) =>
    createHmac("sha256", key)
      .update(JSON.stringify(["acknowledge", message, end]))
      .digest();

  return {
    urlOf(message) {
      const end = Math.ceil((clock() + LIFE_MS) / 1000).toString(36);
      return `${publicUrl}/acknowledge/${message}.${end}.${sign(message, end).toString("base64url")}`;
    },
    read(token) {
      const [, message = "", end = "", signature = ""] = TOKEN.exec(token) ?? [];
      const given = Buffer.from(signature, "base64url");
      const expected = sign(message, end);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return "unknown";
      return clock() > Number.parseInt(end, 36) * 1000 ? "over" : { key: message };
    },
  };
}
