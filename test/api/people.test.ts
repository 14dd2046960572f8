import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Person } from "../../domain/access/person.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";
import type { CallOptions } from "./call-api.ts";
import { addAccounts, PASSWORD } from "./test-database.ts";

const GOOD = "seven herons over the river";
const NORTH = { regions: ["north"], zones: [], sites: [] };
let api: ApiUnderTest;
let admin: string;

beforeAll(async () => {
  api = await startApi({ sites: [aSite(1)] });
});
beforeEach(async () => {
  await api.database.query("delete from user_account");
  await addAccounts(api.database);
  admin = await signIn("admin");
});
afterAll(() => api.close());

async function login(username: string, password: string) {
  return api.call("/api/v1/auth/login", { method: "POST", body: { username, password } });
}

async function signIn(username: string, password = PASSWORD): Promise<string> {
  const { status, json } = await login(username, password);
  expect(status).toBe(200);
  return (json as { accessToken: string }).accessToken;
}

const as = (token: string) => ({ authorization: `Bearer ${token}` });
const ask = (path: string, options: CallOptions = {}, token = admin) =>
  api.call(path, { ...options, headers: { ...as(token), ...options.headers } });
const create = (body: object, headers = {}) => ask("/api/v1/users", { method: "POST", body, headers });
const change = (username: string, body: object, token = admin) =>
  ask(`/api/v1/users/${encodeURIComponent(username)}`, { method: "PATCH", body }, token);
const me = (token: string) => ask("/api/v1/auth/me", {}, token);

async function audited(action: string, target: string) {
  const { items } = await api.audit.book.list({ action, target }, { before: null, limit: 5 });
  return items.map(({ actor, outcome, detail }) => ({ actor, outcome, detail: JSON.parse(detail) }));
}

/** The registry reads sessions every second. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const endsAt = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > endsAt) throw new Error("it did not happen within 10 s");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("a new person signs in, can do nothing but replace the password, and then everything of the role", async () => {
  const made = await create({ username: "li.wei", role: "operator", scope: NORTH, password: GOOD });
  expect(made.status).toBe(201);
  expect(made.headers.get("location")).toBe("/api/v1/users/li.wei");
  expect(made.json).toEqual({
    username: "li.wei",
    role: "operator",
    scope: NORTH,
    isDisabled: false,
    isExternal: false,
    mustChangePassword: true,
    hasTotp: false,
    lockedUntil: null,
    lastSignInAt: null,
    createdAt: expect.any(String),
    isOnline: false,
  });
  const token = await signIn("li.wei", GOOD);
  expect(await me(token)).toMatchObject({ status: 200, json: { mustChangePassword: true } });
  expect(await ask("/api/v1/sites", {}, token)).toMatchObject({
    status: 403,
    json: { code: "auth.password-change-required" },
  });
  const body = { current: GOOD, next: "eight cranes under the bridge" };
  expect(await ask("/api/v1/account/password", { method: "POST", body }, token)).toMatchObject({ status: 204 });
  await until(async () => (await ask("/api/v1/sites", {}, token)).status === 200);
  expect((await login("li.wei", GOOD)).status).toBe(401);
  expect((await login("li.wei", body.next)).status).toBe(200);
  expect(await ask("/api/v1/users/li.wei")).toMatchObject({
    json: { mustChangePassword: false, lastSignInAt: expect.any(String) },
  });
});

test("what was done stands in the trail with before and after, and holds no password", async () => {
  await create({ username: "wang", role: "viewer", password: GOOD });
  await change("wang", { role: "engineer", scope: NORTH, isDisabled: true, password: "nine swans behind the dam" });
  expect(await audited("user:create", "wang")).toEqual([
    { actor: "admin", outcome: "done", detail: { after: { role: "viewer", scope: null, isDisabled: false } } },
  ]);
  expect(await audited("user:update", "wang")).toEqual([
    {
      actor: "admin",
      outcome: "done",
      detail: {
        before: { role: "viewer", scope: null, isDisabled: false },
        after: { role: "engineer", scope: NORTH, isDisabled: true },
        also: ["password replaced"],
      },
    },
  ]);
  const { items } = await api.audit.book.list({}, { before: null, limit: 1000 });
  const text = JSON.stringify(items) + JSON.stringify(api.seen);
  for (const secret of [GOOD, "nine swans", "$argon2id"]) expect(text).not.toContain(secret);
});

test("a change that cannot be audited is not made", async () => {
  await api.database.query("alter table audit.entry rename to entry_away");
  try {
    const { status, json } = await change("viewer", { role: "operator" });
    expect([status, json]).toMatchObject([503, { code: "storage.unavailable" }]);
    expect((await create({ username: "wang", role: "viewer", password: GOOD })).status).toBe(503);
  } finally {
    await api.database.query("alter table audit.entry_away rename to entry");
  }
  expect(await ask("/api/v1/users/viewer")).toMatchObject({ json: { role: "viewer" } });
  expect((await ask("/api/v1/users/wang")).status).toBe(404);
});

test.for([
  { name: "too short", password: "kdiwlqpv", word: /at least 12 characters/, zh: /至少需要 12 个字符/ },
  { name: "common", password: "ILoveYou1234", word: /commonest/, zh: /常见密码/ },
  { name: "common with digits around it", password: "123456Dragon2026", word: /commonest/, zh: /常见密码/ },
  { name: "of this place", password: "the antbox hums at night", word: /"antbox"/, zh: /“antbox”/ },
  { name: "the own name", password: "wang-wang-2026-winter", word: /"wang"/, zh: /“wang”/ },
])("a password that is $name is refused in both languages", async ({ password, word, zh }) => {
  const answers = [
    await create({ username: "wang", role: "viewer", password }),
    ...(password.includes("wang") ? [] : [await change("viewer", { password })]),
  ];
  for (const { status, json, text } of answers) {
    expect(status).toBe(400);
    expect(json).toMatchObject({
      code: "account.weak-password",
      errors: [{ field: "body.password", allowed: expect.stringMatching(word), allowedZh: expect.stringMatching(zh) }],
    });
    expect(text).not.toContain(password);
  }
  expect((await ask("/api/v1/users/wang")).status).toBe(404);
});

test.for([
  { name: "capitals", body: { username: "Wang" } },
  { name: "blanks", body: { username: "wang wei" } },
  { name: "letters that look alike", body: { username: "аdmin" } },
  { name: "nothing", body: { username: "" } },
  { name: "65 characters", body: { username: "a".repeat(65) } },
  { name: "a role that is none", body: { role: "root" } },
  { name: "a scope that is none", body: { scope: { regions: "north" } } },
  { name: "a field of its own", body: { mustChangePassword: false } },
  { name: "a limited administrator", body: { role: "admin", scope: NORTH } },
  { name: "a password of 1,025 characters", body: { password: "x".repeat(1025) } },
])("nobody is made with $name", async ({ body }) => {
  const { status, json, text } = await create({ username: "wang", role: "viewer", password: GOOD, ...body });
  expect([status, json]).toMatchObject([400, { code: "request.invalid" }]);
  expect(text).not.toContain("xxxx");
});

test("a name is there once, in whatever letters of case", async () => {
  await api.database.query("insert into user_account (username, password_hash, role) values ('Zoe', '!', 'viewer')");
  for (const username of ["viewer", "zoe"]) {
    const answer = await create({ username, role: "viewer", password: GOOD });
    expect(answer).toMatchObject({ status: 409, json: { code: "user.exists" } });
  }
  const many = await Promise.all(
    Array.from({ length: 6 }, () => create({ username: "once", role: "viewer", password: GOOD })),
  );
  expect(many.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
});

test("a request that is sent twice with one key makes one person", async () => {
  const body = { username: "once", role: "viewer", password: GOOD };
  const headers = { "idempotency-key": "9f0c2f6e-5d0c-4a34-9d0b-2a6a7cf0b001" };
  const [first, second] = [await create(body, headers), await create(body, headers)];
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.json).toEqual(first.json);
});

test("the list is cut into pages, searched and counted", async () => {
  const rows = Array.from({ length: 25 }, (_, place) => `shift-${String(place).padStart(2, "0")}`);
  await api.database.query(
    "insert into user_account (username, password_hash, role) select unnest($1::text[]), '!', 'viewer'",
    [[...rows, "100%_sure"]],
  );
  const names: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const at = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const { json } = await ask(`/api/v1/users?limit=10&search=SHIFT${at}`);
    const page = json as { items: Person[]; nextCursor: string | null; total: number };
    expect(page.total).toBe(25);
    names.push(...page.items.map(({ username }) => username));
    cursor = page.nextCursor;
  }
  expect(names).toEqual(rows);
  const { json } = await ask(`/api/v1/users?search=${encodeURIComponent("%_")}`);
  expect(json).toMatchObject({ total: 1, items: [{ username: "100%_sure" }], nextCursor: null });
  expect((await ask("/api/v1/users?search=nobody")).json).toEqual({ items: [], nextCursor: null, total: 0 });
});

test("somebody unknown is not found", async () => {
  for (const answer of [await ask("/api/v1/users/nobody"), await change("nobody", { role: "viewer" })]) {
    expect(answer).toMatchObject({ status: 404, json: { code: "user.not-found" } });
  }
});

test("a change that holds none is refused", async () => {
  for (const body of [{}, { unlock: false }, { removeTotp: false }, { username: "other" }]) {
    expect((await change("viewer", body)).status).toBe(400);
  }
});

test("another role or a limit counts within 2 s, for tokens that are about", async () => {
  const token = await signIn("engineer");
  expect((await ask("/api/v1/audit", {}, token)).status).toBe(200);
  expect((await change("engineer", { role: "viewer", scope: NORTH })).json).toMatchObject({
    role: "viewer",
    scope: NORTH,
  });
  const changedAt = Date.now();
  await until(async () => (await ask("/api/v1/audit", {}, token)).status === 403);
  expect(Date.now() - changedAt).toBeLessThan(2_000);
  expect((await me(token)).json).toMatchObject({ role: "viewer", scope: NORTH });
});

test("who is disabled is out within 2 s, and stays out", async () => {
  const token = await signIn("viewer");
  expect((await change("viewer", { isDisabled: true })).json).toMatchObject({ isDisabled: true });
  const changedAt = Date.now();
  await until(async () => (await me(token)).status === 401);
  expect(Date.now() - changedAt).toBeLessThan(2_000);
  expect((await login("viewer", PASSWORD)).status).toBe(401);
  expect((await change("viewer", { isDisabled: false })).json).toMatchObject({ isDisabled: false });
  expect((await me(token)).status).toBe(401);
  expect((await login("viewer", PASSWORD)).status).toBe(200);
});

test("a password that an administrator gives ends every session and has to be replaced", async () => {
  const token = await signIn("operator");
  expect((await change("operator", { password: GOOD })).json).toMatchObject({ mustChangePassword: true });
  await until(async () => (await me(token)).status === 401);
  expect((await login("operator", PASSWORD)).status).toBe(401);
  const fresh = await signIn("operator", GOOD);
  // Not back to the one before either.
  const body = { current: GOOD, next: PASSWORD };
  const { status, json } = await ask("/api/v1/account/password", { method: "POST", body }, fresh);
  expect([status, json]).toMatchObject([400, { code: "account.weak-password" }]);
});

test("nobody does it to themselves", async () => {
  for (const body of [{ role: "viewer" }, { isDisabled: true }, { password: GOOD }, { removeTotp: true }]) {
    expect(await change("admin", body)).toMatchObject({ status: 409, json: { code: "user.yourself" } });
  }
  expect(await change("admin", { role: "admin", isDisabled: false })).toMatchObject({ status: 200 });
});

test("what the identity provider says of somebody cannot be changed here, but they can be kept out", async () => {
  await api.database.query(
    "insert into user_account (username, password_hash, role, is_external, external_subject) values ('Ext Ern', '!', 'viewer', true, 'x')",
  );
  for (const body of [{ role: "admin" }, { scope: NORTH }, { password: GOOD }]) {
    expect(await change("Ext Ern", body)).toMatchObject({ status: 409, json: { code: "account.external" } });
  }
  expect((await change("Ext Ern", { isDisabled: true })).json).toMatchObject({ isDisabled: true, isExternal: true });
});

test("methods that a path does not have are named with those that it has", async () => {
  for (const method of ["PUT", "DELETE"]) {
    const { status, headers, json } = await ask("/api/v1/users/viewer", { method });
    expect([status, json]).toMatchObject([405, { code: "request.method-not-allowed" }]);
    expect(headers.get("allow")).toBe("GET, HEAD, PATCH");
  }
});

test("walls that somebody saves are theirs alone, twenty at most, and go with the account", async () => {
  const view = { layout: 16, mode: "keyframe", cycleS: 20, isAlarmedFirst: false, arranged: ["site-001"] };
  const [viewer, operator] = [await signIn("viewer"), await signIn("operator")];
  const wall = (name: string) => `/api/v1/video/walls/${encodeURIComponent(name)}`;
  const keep = (name: string, body: object = view, token = viewer) => ask(wall(name), { method: "PUT", body }, token);
  const namesOf = async (token: string) =>
    ((await ask("/api/v1/video/walls", {}, token)).json as { items: { name: string }[] }).items.map(({ name }) => name);
  expect((await keep("夜班 / 1")).json).toEqual({ name: "夜班 / 1", view });
  expect((await keep("夜班 / 1", { ...view, layout: 4 })).json).toMatchObject({ view: { layout: 4 } });
  for (let n = 2; n <= 20; n += 1) expect((await keep(`wall ${n}`)).status).toBe(200);
  expect((await keep("one more")).status).toBe(400);
  expect((await keep("wall 20")).status).toBe(200);
  for (const body of [
    { ...view, layout: 5 },
    { ...view, arranged: ["../x"] },
    { ...view, url: "http://10.0.0.1/" },
  ])
    expect((await keep("wall 20", body)).status).toBe(400);
  expect(await namesOf(viewer)).toHaveLength(20);
  expect(await namesOf(operator)).toEqual([]);
  expect((await ask(wall("wall 20"), { method: "DELETE" }, operator)).status).toBe(404);
  expect((await ask(wall("wall 20"), { method: "DELETE" }, viewer)).status).toBe(204);
  const token = { name: "viewer", permissions: ["video:view"], expiresInDays: 1 };
  const { json } = await ask("/api/v1/service-tokens", { method: "POST", body: token });
  // It is called like the person, and is none.
  expect((await ask("/api/v1/video/walls", {}, (json as { token: string }).token)).status).toBe(404);
  await api.database.query("delete from user_account where username = 'viewer'");
  expect(await api.database.query("select 1 from video_wall")).toEqual([]);
});
