/** What login and refresh answer. `expiresIn`: seconds. */
export type SessionAnswer = {
  readonly expiresIn: number;
  readonly user: { readonly username: string; readonly role: string };
};

/** When to renew: well before the end, so that a slow or failed try can be repeated; never in a rush. */
export function refreshAfterMs(expiresInS: number): number {
  return Math.max(5000, expiresInS * 750);
}
