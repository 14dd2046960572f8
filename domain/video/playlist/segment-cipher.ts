import type { SegmentKey } from "./rewritten-playlist.ts";

/** How the bytes of a segment are encrypted: by AES-128 with a key that the camera serves, or in a way we do not know. */
export type SegmentCipher = { readonly keyServedAs: string; readonly iv: Uint8Array } | "unknown";

/** What is told for the codec of a stream whose cipher is not known. */
export const ENCRYPTED_CODEC = "encrypted";
const IV_BYTES = 16;

/**
 * @param keys of a segment @param sequence its media sequence number, which is the IV where the key has none (RFC 8216 §5.2)
 * @param hasInit its initialisation section may be encrypted, too, and by another key: that is not told apart
 * @returns null for a segment in the clear
 */
export function cipherOf(keys: readonly SegmentKey[], sequence: number, hasInit: boolean): SegmentCipher | null {
  const [key, other] = keys;
  if (key === undefined) return null;
  const iv = key.iv === null ? ivOfSequence(sequence) : readIv(key.iv);
  if (other !== undefined || hasInit || key.method !== "AES-128" || iv === null) return "unknown";
  return { keyServedAs: key.resource.servedAs, iv };
}

function ivOfSequence(sequence: number): Uint8Array {
  const iv = new Uint8Array(IV_BYTES);
  new DataView(iv.buffer).setBigUint64(IV_BYTES - 8, BigInt(sequence));
  return iv;
}

/** A hexadecimal number of 128 bits; shorter ones are filled up from the left. */
function readIv(text: string): Uint8Array | null {
  const [, digits] = /^0[xX]([0-9A-Fa-f]{1,32})$/.exec(text) ?? [];
  if (digits === undefined) return null;
  const padded = digits.padStart(2 * IV_BYTES, "0");
  return Uint8Array.from({ length: IV_BYTES }, (_, at) => Number.parseInt(padded.slice(2 * at, 2 * at + 2), 16));
}
