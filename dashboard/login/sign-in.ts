import type { LoginText } from "./texts.ts";

/** What a try to sign in came to. `retryAfterS`: the server wants no further try before. */
export type SignInResult =
  | { readonly kind: "ok" }
  | { readonly kind: "bad" }
  | { readonly kind: "throttled"; readonly retryAfterS: number }
  | { readonly kind: "unreachable" }
  | { readonly kind: "failed"; readonly status: number };

/** Without a word from the server: long enough to be polite, short enough to be tried. */
const DEFAULT_WAIT_S = 30;

export async function signIn(username: string, password: string, call: typeof fetch = fetch): Promise<SignInResult> {
  try {
    const response = await call("/api/v1/auth/login", {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username, password }),
    });
    if (response.ok) return { kind: "ok" };
    if (response.status === 429)
      return { kind: "throttled", retryAfterS: retryAfter(response.headers.get("retry-after")) };
    if (response.status === 401 || response.status === 400 || response.status === 422) return { kind: "bad" };
    return { kind: "failed", status: response.status };
  } catch {
    return { kind: "unreachable" };
  }
}

/** The sentence for a failed try; empty when it was none. */
export function problemText(result: SignInResult, text: LoginText, waitS: number): string {
  switch (result.kind) {
    case "ok":
      return "";
    case "bad":
      return text.bad;
    case "throttled":
      return waitS > 0 ? text.throttled.replace("{s}", String(waitS)) : "";
    case "unreachable":
      return text.unreachable;
    case "failed":
      return text.failed.replace("{status}", String(result.status));
  }
}

function retryAfter(header: string | null): number {
  const seconds = Number(header ?? "");
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : DEFAULT_WAIT_S;
}
