import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { AppError } from "../../domain/errors.ts";
import { deriveKey } from "./derive-key.ts";

const VERSION = "v1";
const CIPHER = "aes-256-gcm";
/** 96 bits, fresh for each sealing: the length that GCM is made for (NIST SP 800-38D §8.2). */
const IV_BYTES = 12;
const TAG_BYTES = 16;
const BLOB = /^v1\.([\w-]{8})\.([\w-]{16})\.([\w-]{22})\.([\w-]*)$/;

/** Where a sealed text stands. A blob that is moved to another row or column does not open there. */
export type SealContext = {
  readonly table: string;
  /** Primary key of the row; a number counts like its text. */
  readonly row: string | number;
  readonly column: string;
};

/** Keeps secrets that the platform itself has to read again. Passwords and tokens are hashed instead. */
export interface SecretBox {
  /** @returns a blob `v1.kid.iv.tag.ct`, sealed with the present key; the same text gives another blob each time */
  seal(text: string, context: SealContext): string;
  /**
   * Opens what was sealed with the present or the former key.
   *
   * @throws {AppError} `secret.unreadable`: sealed with another key, for another place, or changed since
   */
  open(blob: string, context: SealContext): string;
  /** True when the present key alone opens it: the former one is not needed for it any more. */
  isCurrent(blob: string): boolean;
}

/** @param previousSecretKey SECRET_KEY_PREVIOUS, while a rotation is under way */
export function createSecretBox(secretKey: Uint8Array, previousSecretKey: Uint8Array | null): SecretBox {
  const present = keyFrom(secretKey);
  const keys = previousSecretKey ? [present, keyFrom(previousSecretKey)] : [present];
  return {
    seal(text, context) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, present.key, iv).setAAD(boundTo(present.id, context));
      const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      const parts = [iv, cipher.getAuthTag(), sealed].map((part) => part.toString("base64url"));
      return [VERSION, present.id, ...parts].join(".");
    },
    open(blob, context) {
      const [, id = "", iv = "", tag = "", sealed = ""] = BLOB.exec(blob) ?? [];
      const found = keys.find((one) => one.id === id);
      if (!found) throw unreadable(context, "it is no blob of ours, or its key is not here");
      const decipher = createDecipheriv(CIPHER, found.key, Buffer.from(iv, "base64url"), { authTagLength: TAG_BYTES })
        .setAAD(boundTo(id, context))
        .setAuthTag(Buffer.from(tag, "base64url"));
      try {
        return decipher.update(sealed, "base64url", "utf8") + decipher.final("utf8");
      } catch (cause) {
        throw unreadable(context, "it belongs to another place, or was changed", cause);
      }
    },
    isCurrent: (blob) => BLOB.exec(blob)?.[1] === present.id,
  };
}

type Key = { readonly id: string; readonly key: Buffer };

/** The id tells two keys apart and tells nothing about either. */
function keyFrom(secretKey: Uint8Array): Key {
  const key = deriveKey(secretKey, "secrets-at-rest");
  return { key, id: createHash("sha256").update(key).digest("base64url").slice(0, 8) };
}

/** As JSON, so that no two places have the same text. */
function boundTo(keyId: string, { table, row, column }: SealContext): Buffer {
  return Buffer.from(JSON.stringify([VERSION, keyId, table, String(row), column]));
}

function unreadable({ table, row, column }: SealContext, why: string, cause?: unknown): AppError {
  return new AppError("secret.unreadable", `${table}.${column} of ${row} does not open: ${why}`, { cause });
}
