import { hkdfSync } from "node:crypto";

/** What a key is for. One SECRET_KEY, one derived key per use, so that no two mechanisms ever share a key. */
export type KeyUse =
  | "access-token"
  | "refresh-token"
  | "node-red-credentials"
  | "secrets-at-rest"
  | "audit-checkpoints"
  | "idempotency"
  | "notification-links"
  | "command-confirmations"
  | "video-tickets"
  | "video-addresses";

/**
 * Derives the key of one use from SECRET_KEY by HKDF-SHA-256 (RFC 5869).
 *
 * @param secretKey 32 random bytes
 * @returns 32 bytes; the same for the same input, on every process of an installation
 */
export function deriveKey(secretKey: Uint8Array, use: KeyUse): Buffer {
  return Buffer.from(hkdfSync("sha256", secretKey, "", `antbox-flow/v1/${use}`, 32));
}
