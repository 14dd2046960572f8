/** How people can sign in here, as the server tells everybody. */
export type SignInMethods = {
  readonly oidc: { readonly label: string } | null;
  readonly notice: { readonly "zh-CN": string; readonly en: string } | null;
  readonly passwordMinLength?: number;
};

const NONE: SignInMethods = { oidc: null, notice: null };

/** Never throws: a password can be tried without knowing the rest. */
export async function readMethods(call: typeof fetch = fetch): Promise<SignInMethods> {
  try {
    const response = await call("/api/v1/auth/methods", { headers: { accept: "application/json" } });
    return response.ok ? ((await response.json()) as SignInMethods) : NONE;
  } catch {
    return NONE;
  }
}
