import { fillIn } from "../client/address.ts";
import type { AnswerOf, CallOptions, Method, OptionalIfEmpty, PathOf, Schemas } from "../client/contract.ts";
import { callApi } from "./use-session.ts";

/** One wrong field: where it stands, and what is allowed, in English and where we have it in Chinese. */
type FieldTrouble = NonNullable<Schemas["Problem"]["errors"]>[number];

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

/** The options of any call, as they are when the types are gone. */
type Given = Parameters<typeof fillIn>[1] & {
  readonly body?: unknown;
  readonly ifMatch?: string | null;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
};

/** One call of our API, in the types of its reference. Never throws: what went wrong is part of the answer. */
export async function request<M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  ...[options]: OptionalIfEmpty<CallOptions<M, P>>
): Promise<Answer<AnswerOf<M, P>>> {
  const { body, ifMatch, idempotencyKey, signal, ...parts } = (options ?? {}) as Given;
  const headers: Record<string, string> = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (ifMatch) headers["if-match"] = ifMatch;
  if (idempotencyKey) headers["idempotency-key"] = idempotencyKey;
  return await answerTo(fillIn(path, parts), {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
}

/** GET; null when there is no such thing. @throws {Error} on any other refusal, and when the server is away */
export async function getJson<P extends PathOf<"GET">>(
  path: P,
  ...options: OptionalIfEmpty<CallOptions<"GET", P>>
): Promise<AnswerOf<"GET", P> | null> {
  const answer = await request("GET", path, ...options);
  if (answer.ok) return answer.body;
  if (answer.trouble.status === 404) return null;
  throw new Error(`${path}: ${answer.trouble.status} ${answer.trouble.detail}`);
}

/** As `request`, for a call that is not made of JSON. @param address with everything that stands in it */
export async function answerTo<T>(address: string, init: RequestInit): Promise<Answer<T>> {
  try {
    const response = await callApi(address, init);
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

async function troubleOf(response: Response): Promise<Trouble> {
  const problem = (await response.json().catch(() => ({}))) as Partial<Schemas["Problem"]>;
  return {
    code: problem.code ?? "away",
    status: response.status,
    detail: problem.detail ?? problem.title ?? `HTTP ${response.status}`,
    fields: problem.errors ?? [],
    retryAfterS: problem.retryAfterS ?? null,
  };
}

function awayBecause(error: unknown): Trouble {
  const detail = error instanceof Error ? error.message : String(error);
  return { code: "away", status: 0, detail, fields: [], retryAfterS: null };
}
