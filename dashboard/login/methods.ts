import type { PathOf, Schemas } from "../client/contract.ts";

/** How people can sign in here, as the server tells everybody; without its word on passwords, when it said nothing. */
export type SignInMethods = Pick<Schemas["SignInMethods"], "oidc" | "notice"> &
  Partial<Pick<Schemas["SignInMethods"], "passwordMinLength">>;

const ADDRESS = "/api/v1/auth/methods" satisfies PathOf<"GET">;

const NONE: SignInMethods = { oidc: null, notice: null };

/** Never throws: a password can be tried without knowing the rest. */
export async function readMethods(call: typeof fetch = fetch): Promise<SignInMethods> {
  try {
    const response = await call(ADDRESS, { headers: { accept: "application/json" } });
    return response.ok ? ((await response.json()) as SignInMethods) : NONE;
  } catch {
    return NONE;
  }
}
