/** Refusals that the login page can help with, and what it tells of them: the reason in its address. */
const REASONS: Readonly<Record<string, string | null>> = {
  "auth.not-signed-in": null,
  "auth.password-change-required": "password",
  "auth.totp-required": "totp",
};

/** The login page has what is missing: the sign-in, another password, the second factor. @param code of a refusal */
export function leadsToLogin(code: string): boolean {
  return Object.hasOwn(REASONS, code);
}

/**
 * Where somebody is sent who was refused a page.
 *
 * @param next path to come back to afterwards
 * @param code of the refusal: the login page says what has to be seen to
 */
export function loginAddress(next: string, code: string): string {
  const reason = REASONS[code] ?? null;
  return `/login?next=${encodeURIComponent(next)}${reason === null ? "" : `&reason=${reason}`}`;
}
