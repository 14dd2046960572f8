import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/**
 * Node-RED's file of credentials: everything of it in one text, or nothing at all. `seal` is ours: Node-RED's cipher has no
 * tag, and whoever flips a bit of it flips that bit of a password.
 */
export type FlowCredentials = { readonly $?: unknown; readonly seal?: unknown };

/** What was found: `changed` since it was sealed, or `unsealed`, as another program writes it. */
export type SealState = "absent" | "sealed" | "unsealed" | "changed";

/** Of what Node-RED 5 writes (runtime, `nodes/credentials.js`): only its JSON tells a right key. */
const CIPHER = "aes-256-ctr";
const SHAPE = /^([0-9a-f]{32})([A-Za-z0-9+/=]*)$/;
/** Tells what a tag is for, so that the key that Node-RED encrypts with never makes the same bytes for something else. */
const SEAL_USE = "antbox-flow/v1/node-red-credentials/seal";

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

/** True when this key opens them. */
export function opens({ $: text }: FlowCredentials, secret: string): boolean {
  return typeof text === "string" && decrypted(text, secret) !== null;
}

/** With HMAC-SHA-256 over the cipher text (encrypt, then authenticate); what has no cipher text stays as it is. */
export function sealed(credentials: FlowCredentials, secret: string): FlowCredentials {
  const text = credentials.$;
  if (typeof text !== "string") return credentials;
  return { ...credentials, seal: tagOf(text, secret).toString("base64url") };
}

/** @param secrets the present key, and the former one while a rotation is under way: one of them must have sealed it */
export function sealStateOf({ $: text, seal }: FlowCredentials, secrets: readonly string[]): SealState {
  if (typeof text !== "string") return seal === undefined ? "absent" : "changed";
  if (seal === undefined) return "unsealed";
  const given = Buffer.from(String(seal), "base64url");
  const isRight = (secret: string) => given.length === 32 && timingSafeEqual(given, tagOf(text, secret));
  return secrets.some(isRight) ? "sealed" : "changed";
}

/** What Node-RED is given. */
export function withoutSeal({ seal: _seal, ...credentials }: FlowCredentials): FlowCredentials {
  return credentials;
}

function tagOf(text: string, secret: string): Buffer {
  const key = createHmac("sha256", secret).update(SEAL_USE).digest();
  return createHmac("sha256", key).update(text).digest();
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
