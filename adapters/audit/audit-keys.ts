import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from "node:crypto";
import type { Sha256 } from "../../domain/access/audit-chain.ts";

/** A private Ed25519 key in PKCS #8 is this and its 32 bytes (RFC 8410). */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

export const sha256: Sha256 = (text) => hash("sha256", text, "hex");

/** Says whether one of the known keys has signed a text. `signature`: base64url. */
export interface AuditVerifier {
  isSigned(text: string, signature: string): boolean;
  /** SPKI in base64. */
  readonly publicKey: string;
}

export interface AuditSigner extends AuditVerifier {
  /** @returns base64url */
  sign(text: string): string;
}

/**
 * @param seed 32 bytes, derived from SECRET_KEY for this use alone
 * @param formerSeeds of keys before a rotation: their signatures still count
 */
export function createAuditSigner(seed: Uint8Array, formerSeeds: readonly Uint8Array[] = []): AuditSigner {
  const present = privateKey(seed);
  const keys = [present, ...formerSeeds.map(privateKey)].map((key) => createPublicKey(key));
  return {
    ...verifierOf(keys),
    sign: (text) => sign(null, Buffer.from(text), present).toString("base64url"),
  };
}

/** For whoever has the public key only. @throws {Error} when a text is no Ed25519 key */
export function createAuditVerifier(publicKeys: readonly string[]): AuditVerifier {
  const read = (text: string) =>
    createPublicKey({ key: Buffer.from(text, "base64"), format: "der" as const, type: "spki" as const });
  return verifierOf(publicKeys.map(read));
}

function verifierOf(keys: readonly KeyObject[]): AuditVerifier {
  const exported = keys[0]?.export({ format: "der", type: "spki" });
  return {
    publicKey: exported?.toString("base64") ?? "",
    isSigned(text, signature) {
      const bytes = Buffer.from(signature, "base64url");
      return keys.some((key) => verify(null, Buffer.from(text), key, bytes));
    },
  };
}

function privateKey(seed: Uint8Array): KeyObject {
  if (seed.length !== 32) throw new Error("an Ed25519 key is made from 32 bytes");
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: "der", type: "pkcs8" });
}
