import { z } from "zod";
import type { Session } from "../adapters/security/create-auth.ts";
import { NewServiceToken, ServiceToken } from "../domain/access/service-token.ts";
import { AppError } from "../domain/errors.ts";
import { limitUpTo, listOf } from "./lists.ts";
import { defineRoute, type Route } from "./route.ts";

const Shown = ServiceToken.extend({
  token: z.string().describe("`abx_…`, for `Authorization: Bearer …`; shown once and stored nowhere"),
}).meta({ id: "ShownServiceToken" });

const tag = "Service tokens";

export const SERVICE_TOKEN_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/service-tokens",
    access: "tokens:manage",
    tag,
    summary: { "zh-CN": "第三方程序的服务令牌", en: "Service tokens of third parties' programs, newest first" },
    query: z.strictObject({ limit: limitUpTo(500, 100), cursor: z.uuid().optional() }),
    answer: {
      status: 200,
      description: "The tokens, the revoked ones too",
      schema: listOf(ServiceToken, "ServiceTokenList"),
    },
    refusals: [503],
    async handle({ query: { limit, cursor } }, { context }) {
      const { items, total } = await context.auth.serviceTokens.list(limit, cursor ?? null);
      const nextCursor = items.length === limit ? (items.at(-1)?.id ?? null) : null;
      return { kind: "json", body: { items, nextCursor, total } };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/service-tokens",
    access: "tokens:manage",
    needsProof: true,
    tag,
    summary: {
      "zh-CN": "新建服务令牌；令牌只显示一次",
      en: "Makes a service token; the token itself is shown once. It never holds users:*, tokens:*, flows:* or account:*",
    },
    body: NewServiceToken,
    answer: { status: 201, description: "The token", schema: Shown },
    refusals: [409, 503],
    isIdempotent: true,
    async handle({ body, session, address }, { context }) {
      const { record, token } = await context.auth.serviceTokens.create(body, actorOf(session, address));
      return { kind: "json", body: { ...record, token } };
    },
  }),
  defineRoute({
    method: "DELETE",
    path: "/api/v1/service-tokens/{id}",
    access: "tokens:manage",
    needsProof: true,
    tag,
    summary: { "zh-CN": "吊销服务令牌；2 秒内失效", en: "Revokes a service token; it is refused within 2 s" },
    params: z.strictObject({ id: z.uuid() }),
    answer: { status: 204, description: "Revoked" },
    refusals: [404, 503],
    async handle({ params, session, address }, { context }) {
      await context.auth.serviceTokens.revoke(params.id, actorOf(session, address));
      return { kind: "empty" };
    },
  }),
];

function actorOf(session: Session | null, address: string) {
  if (!session) throw new AppError("auth.not-signed-in", "no session");
  return { username: session.username, address };
}
