import { createHmac, randomBytes } from "node:crypto";

const PREFIX = "whsec_";
const SECRET_BYTES = 32;

/** @returns a new secret as the Standard Webhooks specification writes it: `whsec_` and 32 random bytes in base64 */
export function newWebhookSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString("base64");
}

export type SignatureHeaders = {
  readonly "webhook-id": string;
  readonly "webhook-timestamp": string;
  readonly "webhook-signature": string;
};

/**
 * The three headers of the Standard Webhooks specification 1.0: HMAC-SHA-256 over `id.timestamp.body`. The time is signed
 * too, so that a receiver can refuse what somebody recorded and sends again.
 *
 * @param body exactly what is sent
 * @param timestampS seconds since the Unix epoch
 */
export function signatureHeaders(secret: string, eventId: string, timestampS: number, body: string): SignatureHeaders {
  const key = Buffer.from(secret.slice(PREFIX.length), "base64");
  const signature = createHmac("sha256", key).update(`${eventId}.${timestampS}.${body}`).digest("base64");
  return {
    "webhook-id": eventId,
    "webhook-timestamp": String(timestampS),
    "webhook-signature": `v1,${signature}`,
  };
}
