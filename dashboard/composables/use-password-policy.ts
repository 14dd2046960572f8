import { onScopeDispose, type Ref, readonly, ref } from "vue";
import { judgePassword, type PasswordFault } from "../../domain/access/password-policy.ts";
import { DEFAULT_SETTINGS } from "../../domain/settings/platform-settings.ts";
import { request } from "./api-request.ts";

export type PasswordRules = {
  readonly minLength: Readonly<Ref<number>>;
  /** What is wrong with a new password, as far as a browser can know: the commonest ones, and the former ones, the server knows. */
  judge(password: string, username: string): PasswordFault[];
};

/** The installation's rules for new passwords. Call in `setup`. */
export function usePasswordPolicy(): PasswordRules {
  const minLength = ref(DEFAULT_SETTINGS.passwordMinLength);
  const flight = new AbortController();
  void request("GET", "/api/v1/auth/methods", { signal: flight.signal }).then((answer) => {
    if (answer.ok) minLength.value = answer.body.passwordMinLength;
  });
  onScopeDispose(() => flight.abort());
  return {
    minLength: readonly(minLength),
    judge: (password, username) =>
      password === "" ? [] : judgePassword(password, { minLength: minLength.value }, username, () => false),
  };
}
