import { Secret, TOTP } from "otpauth";

/** What every authenticator app knows (RFC 6238): SHA-1, six digits, 30 seconds; other choices are ignored by some. */
const FORM = { algorithm: "SHA1", digits: 6, period: 30 } as const;
const ISSUER = "AntBox Flow";
/** 160 bits, as RFC 4226 §4 recommends. */
const SECRET_BYTES = 20;
/** Clocks differ: the step before and the step after count too. */
const WINDOW_STEPS = 1;
const CODE = /^\d{6}$/;

/** @returns a fresh secret in base32, as it is typed into an authenticator */
export function createTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** What an authenticator reads from a QR code. @param secret base32 */
export function totpUri(secret: string, username: string): string {
  return new TOTP({ ...FORM, issuer: ISSUER, label: username, secret: Secret.fromBase32(secret) }).toString();
}

/**
 * The time step that a code belongs to: the present one, the one before, or the one after.
 *
 * @param secret base32
 * @param code six digits, perhaps with blanks between, as apps show them
 * @returns null for a wrong code; otherwise the number of 30 s steps since the Unix epoch
 */
export function matchTotpStep(secret: string, code: string, nowMs: number): number | null {
  const token = code.replaceAll(" ", "");
  if (!CODE.test(token)) return null;
  const totp = new TOTP({ ...FORM, secret: Secret.fromBase32(secret) });
  const delta = totp.validate({ token, timestamp: nowMs, window: WINDOW_STEPS });
  return delta === null ? null : totp.counter({ timestamp: nowMs }) + delta;
}
