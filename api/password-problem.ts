import { describeFault, type PasswordFault } from "../domain/access/password-policy.ts";
import { refuseFields } from "./problem.ts";

/**
 * @param field where the password stands, such as `body.password`
 * @throws {AppError} `account.weak-password` that says in both languages what is wrong, and never shows the password
 */
export function refuseWeakPassword(field: string, faults: readonly PasswordFault[]): void {
  if (faults.length === 0) return;
  refuseFields(
    "account.weak-password",
    faults.map((fault) => {
      const { en, "zh-CN": allowedZh } = describeFault(fault);
      return { field, value: "not shown", allowed: en, allowedZh };
    }),
  );
}
