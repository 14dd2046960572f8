import type { IncomingHttpHeaders } from "node:http";
import { z } from "zod";
import type { Grant } from "../adapters/security/create-auth.ts";
import { Role } from "../domain/access/session-user.ts";
import { SiteScope } from "../domain/access/site-scope.ts";
import { AppError } from "../domain/errors.ts";
import { defineRoute, type Reply, type Route } from "./route.ts";

const Credentials = z
  .strictObject({
    username: z.string().min(1).max(64),
    password: z.string().min(1).max(1024),
    code: z.string().min(1).max(40).optional().describe("Of the second factor, or a recovery code"),
  })
  .meta({ id: "Credentials" });

const User = z
  .strictObject({
    username: z.string(),
    role: Role,
    scope: SiteScope.nullable().describe("The sites that count for this person; null = the whole fleet"),
    mustChangePassword: z.boolean().describe("Nothing but the own account is open until the password is replaced"),
    mustSetUpTotp: z.boolean().describe("Nothing but the own account is open until there is a second factor"),
    hasTotp: z.boolean(),
    isExternal: z.boolean().describe("Signs in with an identity provider"),
    permissions: z.array(z.string()).describe("All that this person may do now"),
  })
  .meta({ id: "SignedInUser" });

const Granted = z
  .strictObject({
    accessToken: z
      .string()
      .nullable()
      .describe("For `Authorization: Bearer …`; null for a browser, which has it in a cookie that no script can read"),
    expiresIn: z.int().describe("Seconds until the access token ends; renew before"),
    sessionEndsIn: z.int().describe("Seconds until the session itself ends, unless it is renewed before"),
    user: User,
  })
  .meta({ id: "Granted", description: "A signed-in user" });

const tag = "Session";

/** Browsers say where a request comes from, and no script can keep them from it: theirs never sees a token. */
function granted({ cookies, ...body }: Grant, { origin, "sec-fetch-site": site }: IncomingHttpHeaders): Reply {
  const isBrowser = origin !== undefined || site !== undefined;
  return { kind: "json", body: isBrowser ? { ...body, accessToken: null } : body, cookies };
}

export const AUTH_ROUTES: readonly Route[] = [
  defineRoute({
    method: "POST",
    path: "/api/v1/auth/login",
    access: "public",
    tag,
    summary: {
      "zh-CN": "登录；返回访问令牌并设置会话 Cookie。启用双重验证的账号还需提供验证码",
      en: "Signs in; answers an access token and sets the session cookies. With a second factor, the code is needed, too",
    },
    body: Credentials,
    answer: { status: 200, description: "Signed in", schema: Granted },
    refusals: [401, 429, 503],
    async handle({ body, address, headers }, { context }) {
      const userAgent = headers["user-agent"] ?? "";
      const replaces = context.auth.sessionIdsOf(headers.cookie);
      return granted(await context.auth.login({ ...body, address, userAgent }, replaces), headers);
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/auth/refresh",
    access: "public",
    tag,
    summary: {
      "zh-CN": "用刷新 Cookie 续期访问令牌，并换发新的刷新 Cookie",
      en: "Renews the access token of the session that the refresh cookie names, and replaces that cookie, too",
    },
    answer: { status: 200, description: "Renewed", schema: Granted },
    refusals: [401, 503],
    async handle({ headers, address }, { context }) {
      return granted(await context.auth.refresh(headers.cookie, address), headers);
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/auth/logout",
    access: "public",
    tag,
    summary: { "zh-CN": "退出登录；相关连接在 2 秒内关闭", en: "Ends the session; its sockets close within 2 s" },
    answer: { status: 204, description: "Signed out, or there was no session" },
    refusals: [503],
    async handle({ headers, address }, { context }) {
      return { kind: "empty", cookies: await context.auth.logout(headers.cookie, headers.authorization, address) };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/auth/me",
    access: "account:read",
    tag,
    summary: { "zh-CN": "当前登录用户", en: "Who is signed in" },
    answer: { status: 200, description: "The user", schema: User },
    refusals: [503],
    handle({ session }, { context }) {
      const user = session && context.auth.userOf(session);
      if (user) return { kind: "json", body: user };
      throw new AppError("storage.unavailable", "the session could not be read yet", { retryable: true });
    },
  }),
];
