import { createInstance, getHttpOperationsFromSpec, type IHttpConfig } from "@stoplight/prism-http";
import type { OpenApiDocument } from "../../../api/openapi.ts";

/** One request and its answer, as they went over the wire; bodies parsed, where they are JSON. */
export type Call = {
  /** `HEAD` is judged as the `GET` that it stands for. */
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Names in lower case. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: unknown;
  readonly status: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: unknown;
  /** False: too long to be kept, cut off, or of a `HEAD`; what it holds is not judged then. */
  readonly hasWholeAnswer: boolean;
};

export type Verdict = {
  /** `GET /api/v1/sites/{id}`; null: the document has no such operation. */
  readonly operation: string | null;
  readonly violations: readonly string[];
};

export type Contract = {
  judge(call: Call): Promise<Verdict>;
  readonly operations: number;
};

type Diagnostic = { readonly message: string; readonly path?: readonly (string | number)[] };
type PrismAnswer = {
  readonly output: unknown;
  readonly validations: { readonly input: readonly Diagnostic[]; readonly output: readonly Diagnostic[] };
};
type Outcome =
  | { readonly _tag: "Left"; readonly left: Error }
  | { readonly _tag: "Right"; readonly right: PrismAnswer };

const OWN_PREFIX = "/api/";
const DIALECT = "https://json-schema.org/draft/2020-12/schema";
const LONGEST_LIST = 20;

/** @returns whether the document, or the prefix of the API, says anything about a path */
export function pathsOf(document: OpenApiDocument): (path: string) => boolean {
  const patterns = Object.keys(document.paths).map(
    (path) => new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{\w+\}/g, "[^/]+")}$`),
  );
  return (path) => path.startsWith(OWN_PREFIX) || patterns.some((pattern) => pattern.test(path));
}

/**
 * Prism as a proxy that validates: it finds the operation, judges the credentials, the request and the answer. The answer
 * does not come from its own forwarder, which would read it to its end, but from ours (`forwarding-proxy.ts`).
 *
 * A request that the document forbids is a violation when it is _done_: refused, it shows that both agree. An address
 * that the document does not know is one, unless a program asked for it and was told 404 or 405.
 */
export async function openContract(document: OpenApiDocument): Promise<Contract> {
  const operations = await getHttpOperationsFromSpec({ ...structuredClone(document), jsonSchemaDialect: DIALECT });
  const silent = { child: () => silent, info: () => undefined, warn: () => undefined };
  const config = {
    isProxy: true,
    upstream: new URL(String(document.servers[0]?.["url"])),
    upstreamProxy: undefined,
    checkSecurity: true,
    validateRequest: true,
    validateResponse: true,
    errors: false,
    mock: { dynamic: false },
  } satisfies IHttpConfig;

  async function ask(call: Call): Promise<{ operation: string; answer: PrismAnswer } | Error> {
    const url = new URL(call.target, "http://any");
    const method = call.method === "HEAD" ? "get" : call.method.toLowerCase();
    let operation = "";
    const prism = createInstance(config, {
      logger: silent as never,
      forward: ((_input: unknown, _url: unknown, _proxy: unknown, resource?: { method: string; path: string }) => {
        operation = resource ? `${resource.method.toUpperCase()} ${resource.path}` : "";
        const output = { statusCode: call.status, headers: call.responseHeaders, body: call.responseBody };
        return () => async () => ({ _tag: "Right", right: output });
      }) as never,
    });
    const input = {
      method: method as "get",
      url: { path: url.pathname, query: queryOf(url) },
      headers: { ...call.requestHeaders },
      body: call.requestBody,
    };
    const outcome = (await prism.request(input, operations)()) as unknown as Outcome;
    return outcome._tag === "Left" ? outcome.left : { operation, answer: outcome.right };
  }

  return {
    operations: operations.length,
    async judge(call) {
      const asked = await ask(call);
      if (asked instanceof Error) return { operation: null, violations: [`Prism failed: ${asked.message}`] };
      const { operation, answer } = asked;
      if (operation === "") return { operation: null, violations: unknownAddress(call) };
      const { input, output } = answer.validations;
      const isDone = call.status < 300 || call.status === 304;
      const own = output.filter(({ path }) => call.hasWholeAnswer || path?.[0] !== "body");
      const violations = [
        ...(isDone ? input.map(textOf).map((text) => `done, although the request is forbidden: ${text}`) : []),
        ...own.map(textOf),
      ];
      return { operation, violations: violations.slice(0, LONGEST_LIST).map((text) => `${nameOf(call)}: ${text}`) };
    },
  };
}

/** Programs may ask for anything; the browser only runs what we wrote, and that must stay within the document. */
function unknownAddress(call: Call): string[] {
  // Of browsers; Node's own client sends none. A navigation asks for a "document".
  const isOfPage = call.requestHeaders["sec-fetch-dest"] === "empty";
  const isRefused = call.status === 404 || call.status === 405;
  if (isRefused && !isOfPage) return [];
  return [
    `${nameOf(call)}: the document does not have this ${isOfPage ? "address, and a page of ours asked" : "address"}`,
  ];
}

const nameOf = ({ method, target, status }: Call): string => `${method} ${target.split("?", 1)[0]} → ${status}`;

function textOf({ message, path = [] }: Diagnostic): string {
  return path.length > 0 ? `${message} (${path.join(".")})` : message;
}

/** Names that come several times become lists, as Prism's own server reads them. */
function queryOf({ searchParams }: URL): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(searchParams.keys())) {
    const all = searchParams.getAll(name);
    query[name] = all.length > 1 ? all : (all[0] ?? "");
  }
  return query;
}
