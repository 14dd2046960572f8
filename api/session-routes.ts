import { z } from "zod";
import type { Session } from "../adapters/security/create-auth.ts";
import type { ListedSession } from "../adapters/security/session-book.ts";
import { AppError } from "../domain/errors.ts";
import { limitUpTo, listOf } from "./lists.ts";
import { defineRoute, type Route } from "./route.ts";

const ListedSessionSchema = z
  .strictObject({
    id: z.uuid(),
    username: z.string(),
    createdAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime().describe("The last renewal: every ten minutes while a page is open"),
    expiresAt: z.iso.datetime(),
    address: z.string().describe("Where the sign-in came from; empty when that is not known"),
    userAgent: z.string().describe("What the browser said of itself"),
    isCurrent: z.boolean().describe("The session that asks"),
    isOnline: z.boolean().describe("A page is open, or there was a request within the last minute"),
  })
  .meta({ id: "Session" });
const Sessions = listOf(ListedSessionSchema, "SessionList");
const Page = { limit: limitUpTo(500, 100), cursor: z.uuid().optional() };
const ById = z.strictObject({ id: z.uuid() });

const tag = "Session";

export const SESSION_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/account/sessions",
    access: "account:read",
    tag,
    summary: { "zh-CN": "自己的有效会话", en: "The own living sessions, newest first" },
    query: z.strictObject(Page),
    answer: { status: 200, description: "The sessions", schema: Sessions },
    refusals: [503],
    async handle({ query: { limit, cursor }, session }, { context }) {
      const { username, sessionId } = personOf(session);
      const { items, total } = await context.auth.sessions.list({ username, limit, after: cursor ?? null });
      return { kind: "json", body: pageOf(items, total, limit, sessionId) };
    },
  }),
  defineRoute({
    method: "DELETE",
    path: "/api/v1/account/sessions/{id}",
    access: "account:write",
    needsProof: true,
    tag,
    summary: { "zh-CN": "结束自己的一个会话", en: "Ends one of the own sessions; its sockets close within 2 s" },
    params: ById,
    answer: { status: 204, description: "Ended" },
    refusals: [404, 503],
    async handle({ params, session, address }, { context }) {
      const { username } = personOf(session);
      await context.auth.sessions.end(params.id, username, { username, address });
      return { kind: "empty" };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/account/sessions/end-others",
    access: "account:write",
    needsProof: true,
    tag,
    summary: { "zh-CN": "结束自己的其他会话", en: "Ends all of the own sessions but the one that asks" },
    answer: {
      status: 200,
      description: "How many were ended",
      schema: z.strictObject({ ended: z.int().min(0) }).meta({ id: "EndedSessions" }),
    },
    refusals: [503],
    async handle({ session, address }, { context }) {
      const { username, sessionId } = personOf(session);
      const ended = await context.auth.sessions.endAll(username, sessionId, "ended", { username, address });
      return { kind: "json", body: { ended } };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/sessions",
    access: "users:read",
    tag,
    summary: { "zh-CN": "所有人的有效会话", en: "The living sessions of everybody, newest first" },
    query: z.strictObject({ ...Page, username: z.string().min(1).max(64).optional() }),
    answer: { status: 200, description: "The sessions", schema: Sessions },
    refusals: [503],
    async handle({ query: { username, limit, cursor }, session }, { context }) {
      const page = { username: username ?? null, limit, after: cursor ?? null };
      const { items, total } = await context.auth.sessions.list(page);
      return { kind: "json", body: pageOf(items, total, limit, session?.sessionId ?? "") };
    },
  }),
  defineRoute({
    method: "DELETE",
    path: "/api/v1/sessions/{id}",
    access: "users:manage",
    needsProof: true,
    tag,
    summary: { "zh-CN": "结束任何人的一个会话", en: "Ends a session of anybody; its sockets close within 2 s" },
    params: ById,
    answer: { status: 204, description: "Ended" },
    refusals: [404, 503],
    async handle({ params, session, address }, { context }) {
      const { username } = personOf(session);
      await context.auth.sessions.end(params.id, null, { username, address });
      return { kind: "empty" };
    },
  }),
];

/** Programs have no sessions: none of these permissions can be granted to a token. */
function personOf(session: Session | null): Session {
  if (session?.grants === null) return session;
  throw new AppError("auth.not-allowed", "only people have sessions");
}

function pageOf(items: readonly ListedSession[], total: number, limit: number, ownId: string) {
  return {
    items: items.map((one) => ({ ...one, isCurrent: one.id === ownId })),
    nextCursor: items.length === limit ? (items.at(-1)?.id ?? null) : null,
    total,
  };
}
