import { z } from "zod";
import type { PeopleActor, PersonOrFaults } from "../adapters/security/people.ts";
import { NewPerson, Person, PersonChange, Username } from "../domain/access/person.ts";
import { AppError } from "../domain/errors.ts";
import { limitUpTo, listOf } from "./lists.ts";
import { refuseWeakPassword } from "./password-problem.ts";
import { defineRoute, type RawRequest, type Route } from "./route.ts";

const Params = z.strictObject({ username: Username });
const ListQuery = z.strictObject({
  search: z.string().max(64).default("").describe("Part of the user name"),
  limit: limitUpTo(200, 50),
  cursor: Username.optional(),
});

const tag = "People";

function actorOf({ session, address }: Pick<RawRequest, "session" | "address">): PeopleActor {
  if (!session) throw new AppError("auth.not-signed-in", "no session");
  return { username: session.username, address };
}

function personOf(result: PersonOrFaults): Person {
  if ("person" in result) return result.person;
  refuseWeakPassword("body.password", result.faults);
  throw new AppError("account.weak-password", "the password is not allowed");
}

export const USER_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/users",
    access: "users:read",
    tag,
    summary: { "zh-CN": "用户列表", en: "People with an account, by user name" },
    query: ListQuery,
    answer: { status: 200, description: "People", schema: listOf(Person, "PersonList") },
    refusals: [503],
    async handle({ query }, { context }) {
      const { search, limit, cursor } = query;
      const page = { search, after: cursor ?? null, limit: limit + 1 };
      const { items, total } = await context.people.list(page);
      const shown = items.slice(0, limit);
      const nextCursor = items.length > limit ? (shown.at(-1)?.username ?? null) : null;
      return { kind: "json", body: { items: shown, nextCursor, total } };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/users",
    access: "users:manage",
    needsProof: true,
    tag,
    summary: {
      "zh-CN": "新建用户；首次登录须修改密码",
      en: "Makes an account; its owner has to replace the password at the first sign-in",
    },
    body: NewPerson,
    answer: { status: 201, description: "The person", schema: Person },
    refusals: [409, 429, 503],
    isIdempotent: true,
    async handle({ body, ...request }, { context }) {
      const person = personOf(await context.people.create(body, actorOf(request)));
      const location = `/api/v1/users/${encodeURIComponent(person.username)}`;
      return { kind: "json", body: person, headers: { location } };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/users/{username}",
    access: "users:read",
    tag,
    summary: { "zh-CN": "一位用户", en: "One person" },
    params: Params,
    answer: { status: 200, description: "The person", schema: Person },
    refusals: [404, 503],
    async handle({ params }, { context }) {
      return { kind: "json", body: await context.people.read(params.username) };
    },
  }),
  defineRoute({
    method: "PATCH",
    path: "/api/v1/users/{username}",
    access: "users:manage",
    needsProof: true,
    tag,
    summary: {
      "zh-CN": "修改角色、范围、停用、重置密码、移除双重验证、解锁",
      en: "Changes role or scope, disables, gives another password, removes the second factor, unlocks",
    },
    params: Params,
    body: PersonChange,
    answer: { status: 200, description: "The person after it; it counts everywhere within 2 s", schema: Person },
    refusals: [404, 409, 429, 503],
    async handle({ params, body, ...request }, { context }) {
      return { kind: "json", body: personOf(await context.people.change(params.username, body, actorOf(request))) };
    },
  }),
];
