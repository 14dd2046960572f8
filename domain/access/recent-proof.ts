/**
 * For how long somebody counts as proven after they gave password, code or a fresh sign-in, seconds. Long enough for one
 * round of administration, too short for whoever finds the page of somebody who has left [J] (ASVS 5.0, 7.5.3).
 */
export const PROOF_S = 900;

/** @param provenAtMs when they last proved who they are, milliseconds since the Unix epoch; null = it is not known */
export function isRecentProof(provenAtMs: number | null, nowMs: number): boolean {
  return provenAtMs !== null && nowMs - provenAtMs <= PROOF_S * 1000;
}
