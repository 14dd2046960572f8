import type { IncomingHttpHeaders } from "node:http";
import type { z } from "zod";
import type { ConnectionTests } from "../adapters/controller/connection-tests.ts";
import type { Session } from "../adapters/security/create-auth.ts";
import type { Permission } from "../domain/access/permissions.ts";
import type { ApiContext } from "./context.ts";
import type { LatestState } from "./latest-state.ts";
import type { OpenApiDocument } from "./openapi.ts";
import { checkInput } from "./problem.ts";
import type { RateLimiter } from "./rate-limit.ts";
import type { RecentHistory } from "./recent-history.ts";
import type { Representation } from "./representation.ts";

/** `public`: anybody, without a session. Everything else names the permission that it needs. */
export type Access = Permission | "public";
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What a route answers when all goes well. A schema is checked by the tests, and becomes the OpenAPI document. */
export type DeclaredAnswer =
  | {
      /** 201: made, 202: taken and done later. */
      readonly status: 200 | 201 | 202;
      readonly description: string;
      readonly schema: z.ZodType;
      /** Other statuses that come with the same body, instead of a problem. */
      readonly also?: readonly number[];
      /** Comes with an ETag: 304 to whoever names it. */
      readonly isTagged?: boolean;
    }
  | {
      readonly status: 200;
      readonly description: string;
      readonly contentType: string;
      /** Types that it may come with instead, as the request says. */
      readonly otherTypes?: readonly string[];
      readonly isTagged?: boolean;
    }
  | { readonly status: 101 | 204 | 302; readonly description: string };

/** Parts of the answer that a handler gives; headers and compression are added on the way out. */
export type Reply =
  | {
      readonly kind: "json";
      readonly body: unknown;
      /** The status that the row declares, when absent. */
      readonly status?: number;
      readonly cookies?: readonly string[];
      /** Such as `etag` or `location`; names in lower case. */
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: "representation"; readonly representation: Representation }
  | {
      readonly kind: "text";
      readonly contentType: string;
      readonly text: string;
      readonly cookies?: readonly string[];
    }
  | {
      /** UTF-8 in pieces, which many answers may share: they go out as they are, since a copy for each answer costs more. */
      readonly kind: "parts";
      readonly contentType: string;
      readonly parts: readonly Buffer[];
    }
  | {
      /** A file for saving. Its pieces are made while they are sent, no faster than the client takes them. */
      readonly kind: "stream";
      readonly contentType: string;
      readonly fileName: string;
      readonly chunks: AsyncIterable<string | Uint8Array>;
    }
  | { readonly kind: "empty"; readonly cookies?: readonly string[] }
  | { readonly kind: "redirect"; readonly location: string; readonly cookies?: readonly string[] };

/** A request whose session, origin and permission are checked already, with its raw parts. */
export type RawRequest = {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | string[]>>;
  readonly body: unknown;
  /** The body as it arrives, on a row that takes an upload: too long a one throws. Empty on every other row. */
  readonly upload: AsyncIterable<Uint8Array>;
  readonly session: Session | null;
  readonly headers: IncomingHttpHeaders;
  /** Of the client, as far as it can be known; never what the client says of itself. */
  readonly address: string;
};

export type Services = {
  readonly context: ApiContext;
  readonly latest: LatestState;
  readonly recentHistory: RecentHistory;
  readonly connectionTests: ConnectionTests;
  /** Of orders to controllers: for each user, and for each site. */
  readonly commandRate: RateLimiter<"user" | "site">;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /** Made from the route table at the first call. */
  readonly document: () => OpenApiDocument;
};

/** A body that is too large for memory. */
export type Upload = {
  readonly contentType: string;
  /** Other types that are taken as well. */
  readonly also?: readonly string[];
  readonly maxBytes: number;
};

/** Words for people, in both languages. */
export type Text = { readonly "zh-CN": string; readonly en: string };

/** One row of the route table, as the dispatcher, the OpenAPI document and the authorisation test see it. */
export type Route = {
  readonly method: Method;
  /** With `{name}` for a segment that varies; `{name*}` at the end takes the rest of the path. */
  readonly path: string;
  readonly access: Access;
  readonly tag: string;
  readonly summary: Text;
  readonly params: z.ZodType | null;
  readonly query: z.ZodType | null;
  readonly body: z.ZodType | null;
  /** Instead of `body`: the handler reads the stream itself. */
  readonly upload: Upload | null;
  readonly answer: DeclaredAnswer;
  /** Statuses of refusals beside those that follow from the row itself. */
  readonly refusals: readonly number[];
  /** A page for people: without a session they are sent to the login. */
  readonly isPage: boolean;
  /** Asks the database or the processor for more than a lookup: only some of them run at once. */
  readonly isCostly: boolean;
  /** A costly one that may run for minutes: fewer still run at once. */
  readonly isLong: boolean;
  /** Weighs so much that people have to have proved lately who they are; programs, which have a token of their own, not. */
  readonly needsProof: boolean;
  /** Creates something: the same request with the same `Idempotency-Key` is done once. It answers with JSON. */
  readonly isIdempotent: boolean;
  readonly answerTo: (request: RawRequest, services: Services) => Reply | Promise<Reply>;
};

export type Output<S extends z.ZodType | undefined> = S extends z.ZodType ? z.output<S> : undefined;
type Checked<P, Q, B> = Omit<RawRequest, "params" | "query" | "body"> & {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
};

type Definition<
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
> = Pick<Route, "method" | "path" | "access" | "tag" | "summary" | "answer"> &
  Partial<Pick<Route, "refusals" | "isPage" | "isCostly" | "isLong" | "isIdempotent" | "needsProof" | "upload">> & {
    readonly params?: P;
    readonly query?: Q;
    readonly body?: B;
    handle(request: Checked<Output<P>, Output<Q>, Output<B>>, services: Services): Reply | Promise<Reply>;
  };

/**
 * A row of the route table. The handler gets its input checked; what does not fit its schema is answered with
 * `request.invalid` before.
 */
export function defineRoute<
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(definition: Definition<P, Q, B>): Route {
  const { params, query, body, handle, ...row } = definition;
  return {
    refusals: [],
    upload: null,
    isPage: false,
    isCostly: false,
    isLong: false,
    isIdempotent: false,
    needsProof: false,
    ...row,
    params: params ?? null,
    query: query ?? null,
    body: body ?? null,
    answerTo: (request, services) =>
      handle(
        {
          ...request,
          params: checkInput(params, request.params, "path") as Output<P>,
          query: checkInput(query, request.query, "query") as Output<Q>,
          body: checkInput(body, request.body, "body") as Output<B>,
        },
        services,
      ),
  };
}
