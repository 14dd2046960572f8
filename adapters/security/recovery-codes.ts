import { createHash, randomBytes } from "node:crypto";

const CODES = 10;
/** 120 bits: with 112 or more a plain hash keeps them well (ASVS 5.0 6.5.2). */
const CODE_BYTES = 15;
const GROUP = 4;
/** Crockford's: without I, L, O and U, which are misread. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BITS = 5;
const FORM = new RegExp(`^[${ALPHABET}]{${(CODE_BYTES * 8) / BITS}}$`);

/** Ten codes for the day when the authenticator is lost, such as `7KQ2-…`: six groups of four. */
export function createRecoveryCodes(): string[] {
  return Array.from({ length: CODES }, () => {
    const text = encode(randomBytes(CODE_BYTES));
    return (text.match(new RegExp(`.{${GROUP}}`, "g")) ?? []).join("-");
  });
}

/**
 * @param code as people type it: in small letters, with blanks, with O for zero and I or L for one
 * @returns SHA-256 in hex; null for what is no code of ours
 */
export function hashRecoveryCode(code: string): string | null {
  const typed = code.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  return FORM.test(typed) ? createHash("sha256").update(typed).digest("hex") : null;
}

function encode(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(new RegExp(`.{${BITS}}`, "g")) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]).join("");
}
