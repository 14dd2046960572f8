import { z } from "zod";
import { OIDC_CALLBACK, type OidcProblem } from "../adapters/security/oidc-sign-in.ts";
import { ownPath } from "../domain/access/own-path.ts";
import { defineRoute, type Reply, type Route } from "./route.ts";

const Methods = z
  .strictObject({
    password: z.literal(true),
    oidc: z.strictObject({ label: z.string() }).nullable().describe("Sign-in with an identity provider"),
    notice: z
      .strictObject({ "zh-CN": z.string(), en: z.string() })
      .nullable()
      .describe("What the owner of the platform says to whoever signs in"),
    passwordMinLength: z.int().describe("Least length of a password that is set from now on"),
  })
  .meta({ id: "SignInMethods", description: "How people can sign in" });

const tag = "Session";

export const OIDC_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/auth/methods",
    access: "public",
    tag,
    summary: { "zh-CN": "可用的登录方式和登录页公告", en: "How people can sign in, and the notice of the login page" },
    answer: { status: 200, description: "The methods", schema: Methods },
    handle(_request, { context }) {
      const oidc = context.oidc ? { label: context.oidc.label } : null;
      const { notice, passwordMinLength } = context.settings.current();
      const body: z.infer<typeof Methods> = { password: true, oidc, notice, passwordMinLength };
      return { kind: "json", body };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/auth/oidc/start",
    access: "public",
    tag,
    summary: { "zh-CN": "跳转到身份提供方登录", en: "Leads to the identity provider, to sign in there" },
    query: z.strictObject({
      next: z.string().max(2048).optional().describe("Where to go afterwards; only a path of this platform counts"),
      fresh: z
        .enum(["true", "false"])
        .default("false")
        .describe("The provider has to ask for the password again, whatever session it has: a new proof of who it is"),
    }),
    answer: { status: 302, description: "To the provider, or back to the login with `problem=oidc-…`" },
    async handle({ query, headers }, { context }) {
      const wanted = { next: query.next, isFresh: query.fresh === "true", cookieHeader: headers.cookie };
      const begun = (await context.oidc?.start(wanted)) ?? notConfigured(query.next);
      if (begun.kind === "problem") return toLogin(begun);
      return { kind: "redirect", location: begun.location, cookies: begun.cookies };
    },
  }),
  defineRoute({
    method: "GET",
    path: OIDC_CALLBACK,
    access: "public",
    tag,
    summary: {
      "zh-CN": "身份提供方的回调：建立会话后进入应用",
      en: "Where the identity provider leads back to: opens the session and goes on into the application",
    },
    // What else a provider adds is its own affair.
    query: z.looseObject({ state: z.string().optional(), code: z.string().optional() }),
    answer: { status: 200, description: "A page that goes on by itself", contentType: "text/html" },
    isPage: true,
    async handle({ query, headers, address }, { context }) {
      const userAgent = headers["user-agent"] ?? "";
      const returned = { search: searchOf(query), cookieHeader: headers.cookie, address, userAgent };
      const ended = (await context.oidc?.finish(returned)) ?? notConfigured(undefined);
      if (ended.kind === "problem") return toLogin(ended);
      return {
        kind: "text",
        contentType: "text/html; charset=utf-8",
        text: goOnPage(ended.next),
        cookies: ended.cookies,
      };
    },
  }),
];

type Failed = {
  readonly kind: "problem";
  readonly problem: OidcProblem;
  readonly next: string;
  readonly cookies?: readonly string[];
};

function notConfigured(next: string | undefined): Failed {
  return { kind: "problem", problem: "oidc-off", next: ownPath(next) };
}

function toLogin({ problem, next, cookies }: Failed): Reply {
  const query = new URLSearchParams(next === "/" ? { problem } : { problem, next });
  return { kind: "redirect", location: `/login?${query}`, ...(cookies ? { cookies } : {}) };
}

function searchOf(query: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)]));
  return `?${new URLSearchParams(pairs)}`;
}

/**
 * A redirect would still count as the provider's doing, and the browser would keep the `SameSite=Strict` session cookies
 * back. This page of ours goes on by itself, so what follows comes from us.
 */
function goOnPage(next: string): string {
  const target = next.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${target}"><title>AntBox Flow</title></head>
<body><p><a href="${target}">AntBox Flow</a></p></body></html>`;
}
