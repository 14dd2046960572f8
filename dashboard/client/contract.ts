import type { components, paths } from "./openapi.ts";

/** What our API takes and answers, by its name in the reference. */
export type Schemas = components["schemas"];

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Every address of the reference that has this method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<Lowercase<M>, { responses: unknown }> ? P : never;
}[keyof paths];

type Operation<M extends Method, P extends PathOf<M>> = paths[P] extends Record<Lowercase<M>, infer O> ? O : never;

/** What stands in the address: `path` fills the braces. */
export type AddressParts<M extends Method, P extends PathOf<M>> =
  Operation<M, P> extends { parameters: infer T extends object } ? Pick<T, Extract<keyof T, "path" | "query">> : never;

export type BodyOf<M extends Method, P extends PathOf<M>> =
  Operation<M, P> extends { requestBody: { content: { "application/json": infer T } } } ? T : undefined;

type HeaderPart<O> = O extends { parameters: { header: { "If-Match": string } } }
  ? {
      /** The `ETag` of what the change was made from: somebody else's change in between is not overwritten. */
      readonly ifMatch: string | null;
    }
  : unknown;

type BodyPart<T> = undefined extends T ? unknown : { readonly body: T };

/** The same key for the same call: it is done once, however often it is sent. */
type OncePart<O> = O extends { parameters: { header?: { "Idempotency-Key"?: string } } }
  ? { readonly idempotencyKey?: string }
  : unknown;

export type CallOptions<M extends Method, P extends PathOf<M>> = AddressParts<M, P> &
  BodyPart<BodyOf<M, P>> &
  HeaderPart<Operation<M, P>> &
  OncePart<Operation<M, P>> & { readonly signal?: AbortSignal };

/** The options of a call; they may be left out where the reference asks for none. */
export type OptionalIfEmpty<T> = object extends T ? [options?: T] : [options: T];

type Success = 200 | 201 | 202 | 204;
type JsonOf<T> = T extends { content: { "application/json": infer Body } } ? Body : null;
type SuccessOf<R> = { [S in keyof R & Success]: JsonOf<R[S]> }[keyof R & Success];

/** What it answers when all goes well; null where that is nothing (204). */
export type AnswerOf<M extends Method, P extends PathOf<M>> =
  Operation<M, P> extends { responses: infer R } ? SuccessOf<R> : never;
