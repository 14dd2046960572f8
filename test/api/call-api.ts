import { compileRoutes } from "../../api/match-route.ts";
import { refusalsOf } from "../../api/openapi.ts";
import { PROBLEMS, type Problem } from "../../api/problem.ts";
import type { Route } from "../../api/route.ts";
import { ROUTES } from "../../api/routes.ts";
import type { Role } from "../../domain/access/session-user.ts";

const match = compileRoutes(ROUTES);

export type CallOptions = {
  readonly method?: string;
  readonly role?: Role;
  readonly cookie?: string;
  readonly body?: unknown;
  readonly rawBody?: string | Uint8Array;
  readonly headers?: Record<string, string>;
};
export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
};

/** @param token bearer token; null for a stranger, or with cookies */
export async function send(url: string, path: string, call: CallOptions, token: string | null): Promise<Answer> {
  const { method = "GET", body, rawBody, cookie, headers = {} } = call;
  const content = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(url + path, {
    method,
    redirect: "manual",
    headers: {
      ...(content === undefined ? {} : { "content-type": "application/json" }),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(cookie ? { cookie } : {}),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content as BodyInit }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return { status: response.status, headers: response.headers, text, json: isJson && text ? JSON.parse(text) : null };
}

/** Every answer of every test is what the route table promises: the declared body, or a problem with a declared status. */
export function checkDeclared(method: string, path: string, answer: Answer): void {
  const found = match(path.split("?")[0] ?? "");
  const route = found?.routes.find((one) => one.method === (method === "HEAD" ? "GET" : method));
  const isProblem = answer.headers.get("content-type") === "application/problem+json";
  if (isProblem) checkProblem(route, `${method} ${path}`, answer);
  else if (route && method !== "HEAD") checkSuccess(route, `${method} ${path}`, answer);
}

function checkProblem(route: Route | undefined, what: string, { status, json }: Answer): void {
  const { code } = json as Problem;
  if (PROBLEMS[code]?.status !== status) throw new Error(`${what}: ${code} came with ${status}`);
  if (route && !refusalsOf(route).includes(status)) {
    throw new Error(`${what} answered ${status}, which its row does not declare`);
  }
}

function checkSuccess({ answer, isPage }: Route, what: string, { status, json, headers }: Answer): void {
  if (status === 304 && "isTagged" in answer && answer.isTagged) return;
  if (isPage && status === 302) return;
  const isOwn = status === answer.status || ("schema" in answer && answer.also?.includes(status) === true);
  if (!isOwn) throw new Error(`${what} answered ${status} instead of ${answer.status}`);
  if ("schema" in answer) answer.schema.parse(json);
  if (!("contentType" in answer)) return;
  const given = headers.get("content-type") ?? "";
  const types = [answer.contentType, ...(answer.otherTypes ?? [])];
  if (!types.some((type) => given.startsWith(type))) throw new Error(`${what}: wrong content type ${given}`);
}
