import { dictionary } from "@zxcvbn-ts/language-common";
import { judgePassword, type PasswordFault, type PasswordPolicy } from "../../domain/access/password-policy.ts";
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
 */
export function createPasswordJudge(passwords: Passwords, policy: () => PasswordPolicy): PasswordJudge {
  let common: ReadonlySet<string> | null = null;
  function isCommon(lowerCase: string): boolean {
    common ??= new Set(dictionary["passwords-common"]);
    return common.has(lowerCase);
  }
  return {
    judge: (password, username) => judgePassword(password, policy(), username, isCommon),
    async isFormer(password, hashes) {
      for (const hash of hashes) if (await passwords.verify(hash, password)) return true;
      return false;
    },
  };
}
