import type { AnswerOf, BodyOf, PathOf, Schemas } from "../client/contract.ts";
import type { LoginKey, LoginText } from "./texts.ts";

/** What has to be seen to before anything else is open. */
export type Duties = Pick<Schemas["SignedInUser"], "mustChangePassword" | "mustSetUpTotp">;

/** Why it did not work. `retryAfterS`: the server wants no further try before. `detail`: in both languages. */
export type Failure =
  | {
      readonly kind:
        | "bad"
        | "first-password-over"
        | "code-required"
        | "bad-code"
        | "wrong-password"
        | "unreachable"
        | "ended";
    }
  | { readonly kind: "weak-password"; readonly detail: { readonly "zh-CN": string; readonly en: string } }
  | { readonly kind: "throttled"; readonly retryAfterS: number }
  | { readonly kind: "failed"; readonly status: number };
export type Outcome<T> = { readonly kind: "ok"; readonly body: T } | Failure;

/** Without a word from the server: long enough to be polite, short enough to be tried. */
const DEFAULT_WAIT_S = 30;
const KINDS = {
  "auth.code-required": "code-required",
  "auth.bad-code": "bad-code",
  "auth.first-password-over": "first-password-over",
  "account.wrong-code": "bad-code",
  "account.wrong-password": "wrong-password",
  "auth.not-signed-in": "ended",
} as const;

/** @param code of the second factor, once the server has asked for it */
export async function signIn(
  username: string,
  password: string,
  code: string | null,
  call: typeof fetch = fetch,
): Promise<Outcome<{ readonly user: Duties }>> {
  const credentials = code === null ? { username, password } : { username, password, code };
  return await post("/api/v1/auth/login", credentials, call);
}

export function changePassword(current: string, next: string, call: typeof fetch = fetch): Promise<Outcome<null>> {
  return post("/api/v1/account/password", { current, next }, call);
}

/** What is left to be seen to, as the session knows it after a change. */
export function renewSession(call: typeof fetch = fetch): Promise<Outcome<{ readonly user: Duties }>> {
  return post("/api/v1/auth/refresh", undefined, call);
}

export function beginTotp(password: string, call: typeof fetch = fetch): Promise<Outcome<Schemas["TotpSecret"]>> {
  return post("/api/v1/account/totp", { password }, call);
}

export function confirmTotp(code: string, call: typeof fetch = fetch): Promise<Outcome<Schemas["RecoveryCodes"]>> {
  return post("/api/v1/account/totp/confirm", { code }, call);
}

async function post<P extends PathOf<"POST">>(
  path: P,
  body: BodyOf<"POST", P>,
  call: typeof fetch,
): Promise<Outcome<AnswerOf<"POST", P>>> {
  try {
    const response = await call(path, {
      method: "POST",
      credentials: "same-origin",
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    if (!response.ok) return await failureOf(response);
    return { kind: "ok", body: (response.status === 204 ? null : await response.json()) as AnswerOf<"POST", P> };
  } catch {
    return { kind: "unreachable" };
  }
}

async function failureOf(response: Response): Promise<Failure> {
  const { status } = response;
  if (status === 429) return { kind: "throttled", retryAfterS: retryAfter(response.headers.get("retry-after")) };
  const { code, detail = "", errors = [] } = (await response.json().catch(() => ({}))) as Partial<Schemas["Problem"]>;
  if (code && Object.hasOwn(KINDS, code)) return { kind: KINDS[code as keyof typeof KINDS] };
  if (code === "account.weak-password") {
    const en = errors.map(({ allowed }) => allowed).join("; ") || detail;
    const zh = errors.map(({ allowed, allowedZh }) => allowedZh ?? allowed).join("；") || detail;
    return { kind: "weak-password", detail: { en, "zh-CN": zh } };
  }
  return status === 401 || status === 400 || status === 422 ? { kind: "bad" } : { kind: "failed", status };
}

/** The sentence for a failed try; empty when there is nothing to say (any more). @param waitS what is left of the wait */
export function problemText(failure: Failure, text: LoginText, locale: "zh-CN" | "en", waitS: number): string {
  switch (failure.kind) {
    case "code-required":
    case "ended":
      return failure.kind === "ended" ? text.ended : "";
    case "weak-password":
      return text["weak-password"].replace("{detail}", failure.detail[locale]);
    case "throttled":
      return waitS > 0 ? text.throttled.replace("{time}", timeText(waitS, text)) : "";
    case "failed":
      return text.failed.replace("{status}", String(failure.status));
    default:
      return text[failure.kind];
  }
}

function timeText(waitS: number, text: LoginText): string {
  if (waitS < 90) return text.seconds.replace("{s}", String(waitS));
  return text.minutes.replace("{m}", String(Math.floor(waitS / 60))).replace("{s}", String(waitS % 60));
}

/** Why somebody was sent here: the session is over, or something has to be seen to before anything else is open. */
export type Reason = "ended" | "password" | "totp";

/** What the address of the page asks to be said; only what the page has words for counts. */
export function toldByAddress(query: URLSearchParams): { reason: Reason | null; problem: LoginKey | null } {
  const reason = query.get("reason");
  const problem = query.get("problem");
  return {
    reason: reason === "ended" || reason === "password" || reason === "totp" ? reason : null,
    problem: isOidcProblem(problem) ? problem : null,
  };
}

const OIDC_PROBLEMS = [
  "oidc-unreachable",
  "oidc-refused",
  "oidc-invalid",
  "oidc-expired",
  "oidc-no-role",
  "oidc-disabled",
  "oidc-name-taken",
  "oidc-unavailable",
  "oidc-off",
] as const satisfies readonly LoginKey[];
type OidcProblem = (typeof OIDC_PROBLEMS)[number];

function isOidcProblem(word: string | null): word is OidcProblem {
  return (OIDC_PROBLEMS as readonly (string | null)[]).includes(word);
}

function retryAfter(header: string | null): number {
  const seconds = Number(header ?? "");
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : DEFAULT_WAIT_S;
}
