import { callApi } from "./use-session.ts";

/** One wrong field: where it stands, and what is allowed, in English and where we have it in Chinese. */
export type FieldTrouble = { readonly field: string; readonly allowed: string; readonly allowedZh?: string };

/** Why something did not work, as the server's `problem+json` says it. */
export type Trouble = {
  /** Of `PROBLEMS`; `away` when the server could not be reached or said nothing that we understand. */
  readonly code: string;
  /** HTTP; 0 when there was no answer. */
  readonly status: number;
  /** The server's own sentence, in English. */
  readonly detail: string;
  readonly fields: readonly FieldTrouble[];
  readonly retryAfterS: number | null;
};
export type Answer<T> =
  | { readonly ok: true; readonly body: T; readonly etag: string | null }
  | { readonly ok: false; readonly trouble: Trouble };

export type ApiRequest = {
  readonly method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  readonly body?: unknown;
  /** The `ETag` of what the change was made from: somebody else's change in between is not overwritten. */
  readonly ifMatch?: string | null;
  readonly signal?: AbortSignal;
};

type Problem = {
  readonly code?: string;
  readonly detail?: string;
  readonly title?: string;
  readonly errors?: readonly FieldTrouble[];
  readonly retryAfterS?: number;
};

/**
 * One call of our API. Never throws: what went wrong is part of the answer.
 *
 * @param path below `/api/v1`
 * @returns `body` is null where the server answers nothing (204)
 */
export async function request<T>(path: string, options: ApiRequest = {}): Promise<Answer<T>> {
  const { method = "GET", body, ifMatch, signal } = options;
  const headers: Record<string, string> = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (ifMatch) headers["if-match"] = ifMatch;
  try {
    const response = await callApi(`/api/v1${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
    if (!response.ok) return { ok: false, trouble: await troubleOf(response) };
    const answered = response.status === 204 ? null : await response.json();
    return { ok: true, body: answered as T, etag: response.headers.get("etag") };
  } catch (error) {
    return { ok: false, trouble: awayBecause(error) };
  }
}

/** Of these the same question will not be answered otherwise: it is wrong, or not for this user. */
const REFUSALS = [400, 401, 403, 405, 409, 413, 422];

/** Worth another try without any change: the server or its database is away, or asks for patience. */
export function isAway({ status }: Trouble): boolean {
  return !REFUSALS.includes(status);
}

/** What a refusal says. */
export async function troubleOf(response: Response): Promise<Trouble> {
  const problem = (await response.json().catch(() => ({}))) as Problem;
  return {
    code: problem.code ?? "away",
    status: response.status,
    detail: problem.detail ?? problem.title ?? `HTTP ${response.status}`,
    fields: problem.errors ?? [],
    retryAfterS: problem.retryAfterS ?? null,
  };
}

/** When there was no answer. */
export function awayBecause(error: unknown): Trouble {
  const detail = error instanceof Error ? error.message : String(error);
  return { code: "away", status: 0, detail, fields: [], retryAfterS: null };
}
