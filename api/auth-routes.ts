import { z } from "zod";
import { Role } from "../domain/access/session-user.ts";
import { AppError } from "../domain/errors.ts";
import { defineRoute, type Route } from "./route.ts";

const Credentials = z
  .strictObject({ username: z.string().min(1).max(64), password: z.string().min(1).max(1024) })
  .meta({ id: "Credentials" });

const User = z.strictObject({ username: z.string(), role: Role }).meta({ id: "User" });

const Granted = z
  .strictObject({
    accessToken: z.string().describe("For `Authorization: Bearer …`; the same token is in the session cookie"),
    expiresIn: z.int().describe("Seconds until the access token ends; renew before"),
    user: User,
  })
  .meta({ id: "Granted", description: "A signed-in user" });

const tag = "Session";

export const AUTH_ROUTES: readonly Route[] = [
  defineRoute({
    method: "POST",
    path: "/api/v1/auth/login",
    access: "public",
    tag,
    summary: {
      "zh-CN": "登录；返回访问令牌并设置会话 Cookie",
      en: "Signs in; answers an access token and sets the session cookies",
    },
    body: Credentials,
    answer: { status: 200, description: "Signed in", schema: Granted },
    refusals: [401, 429, 503],
    async handle({ body, address }, { context }) {
      const { cookies, ...granted } = await context.auth.login({ ...body, address });
      return { kind: "json", body: granted, cookies };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/auth/refresh",
    access: "public",
    tag,
    summary: {
      "zh-CN": "用刷新 Cookie 续期访问令牌",
      en: "Renews the access token of the session that the refresh cookie names",
    },
    answer: { status: 200, description: "Renewed", schema: Granted },
    refusals: [401, 503],
    async handle({ headers }, { context }) {
      const { cookies, ...granted } = await context.auth.refresh(headers.cookie);
      return { kind: "json", body: granted, cookies };
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
    async handle({ headers }, { context }) {
      return { kind: "empty", cookies: await context.auth.logout(headers.cookie, headers.authorization) };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/auth/me",
    access: "account:read",
    tag,
    summary: { "zh-CN": "当前登录用户", en: "Who is signed in" },
    answer: { status: 200, description: "The user", schema: User },
    handle({ session }) {
      if (!session) throw new AppError("auth.not-signed-in", "no session");
      return { kind: "json", body: { username: session.username, role: session.role } };
    },
  }),
];
