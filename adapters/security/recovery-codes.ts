import { createHash, randomBytes } from "node:crypto";

const CODES = 10;
/** 140 bits: more than the 128 of ASVS 5.0 11.5.1, and with 112 or more a plain hash keeps them well (6.5.2). */
const SIGNS = 28;
const GROUP = 4;
/** Crockford's: without I, L, O and U, which are misread. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** One of 24 signs counts too: whoever has kept such a code may use it. */
const FORM = new RegExp(`^[${ALPHABET}]{24}(?:[${ALPHABET}]{${SIGNS - 24}})?$`);

/** Ten codes for the day when the authenticator is lost, such as `7KQ2-…`: seven groups of four. */
export function createRecoveryCodes(): string[] {
  return Array.from({ length: CODES }, () => {
    // Five bits of each byte: 32 signs, every one as likely as the others.
    const text = [...randomBytes(SIGNS)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
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
