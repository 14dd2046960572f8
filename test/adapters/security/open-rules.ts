import type { SignInRules } from "../../../adapters/security/sign-in-rules.ts";

/** No lock-out and no second factor, for tests that are about something else. */
export const OPEN_RULES: SignInRules = {
  beginAttempt: async () => ({ isOpen: true, lockedUntil: null, lockedBefore: null }),
  takeBack: async () => undefined,
  verifySecondFactor: async () => false,
  afterSuccess: async () => undefined,
  needsTotp: () => false,
};
