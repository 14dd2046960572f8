import { dictionary } from "@zxcvbn-ts/language-common";
import { judgePassword, type PasswordFault, type PasswordPolicy } from "../../domain/access/password-policy.ts";
import type { IsBreached } from "./breached-passwords.ts";
import type { Passwords } from "./passwords.ts";

/** Says what speaks against a new password. */
export interface PasswordJudge {
  /** @returns nothing when it is good */
  judge(password: string, username: string): PasswordFault[];
  /** True when it is one of these former ones. It takes as long as a sign-in for each. */
  isFormer(password: string, hashes: readonly string[]): Promise<boolean>;
}

/**
 * The commonest passwords are the 49,000 of zxcvbn-ts (MIT), collected from leaks; more than the 3,000 that ASVS 5.0 6.2.4
 * asks for.
 *
 * @param policy from the settings, as they are now
 * @param isBreached asks a larger list where there is one (6.2.12)
 */
export function createPasswordJudge(
  passwords: Passwords,
  policy: () => PasswordPolicy,
  isBreached: IsBreached = () => false,
): PasswordJudge {
  let common: ReadonlySet<string> | null = null;
  function isCommon(lowerCase: string): boolean {
    common ??= new Set(dictionary["passwords-common"]);
    return common.has(lowerCase);
  }
  return {
    judge(password, username) {
      const faults = judgePassword(password, policy(), username, isCommon);
      // One reason is enough, and what is too long is not worth a hash.
      if (faults.length === 0 && isBreached(password)) faults.push({ kind: "breached" });
      return faults;
    },
    async isFormer(password, hashes) {
      for (const hash of hashes) if (await passwords.verify(hash, password)) return true;
      return false;
    },
  };
}
