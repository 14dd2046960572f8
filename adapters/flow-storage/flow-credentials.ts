import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

/** Node-RED's file of credentials: everything of it in one text, or nothing at all. */
export type FlowCredentials = { readonly $?: unknown };

/** Of what Node-RED 5 writes (runtime, `nodes/credentials.js`): it has no tag, so that only its JSON tells a right key. */
const CIPHER = "aes-256-ctr";
const SHAPE = /^([0-9a-f]{32})([A-Za-z0-9+/=]*)$/;

/**
 * The credentials of flows under the present key.
 *
 * @param former the key before, while a rotation is under way
 * @returns null when there is nothing to change: there are none, or the present key opens them, or neither does
 */
export function reencrypted(stored: FlowCredentials, present: string, former: string): { readonly $: string } | null {
  const text = stored.$;
  if (typeof text !== "string" || decrypted(text, present) !== null) return null;
  const content = decrypted(text, former);
  if (content === null) return null;
  const iv = randomBytes(16);
  const cipher = createCipheriv(CIPHER, keyOf(present), iv);
  return { $: iv.toString("hex") + cipher.update(content, "utf8", "base64") + cipher.final("base64") };
}

/** @returns JSON; null when the key is another one */
function decrypted(text: string, secret: string): string | null {
  const [, iv, content] = SHAPE.exec(text) ?? [];
  if (iv === undefined || content === undefined) return null;
  const decipher = createDecipheriv(CIPHER, keyOf(secret), Buffer.from(iv, "hex"));
  const found = decipher.update(content, "base64", "utf8") + decipher.final("utf8");
  try {
    return typeof JSON.parse(found) === "object" ? found : null;
  } catch {
    return null;
  }
}

function keyOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
