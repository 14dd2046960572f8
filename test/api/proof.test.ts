import { randomUUID } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ROUTES } from "../../api/routes.ts";
import { PERMISSIONS, type Permission } from "../../domain/access/permissions.ts";
import { PROOF_S } from "../../domain/access/recent-proof.ts";
import { cookiesOf } from "../services/cookies-of.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";
import { addAccounts, PASSWORD } from "./test-database.ts";

const NO_ID = "00000000-0000-4000-8000-000000000000";
let api: ApiUnderTest;
let offsetMs = 0;
const clock = () => Date.now() + offsetMs;

beforeAll(async () => {
  api = await startApi({ sites: [aSite(1)], clock });
});
beforeEach(async () => {
  await api.database.query("delete from user_account");
  await addAccounts(api.database);
  offsetMs += 3_600_000;
});
afterAll(() => api.close());

/** A session whose person last proved who they are longer ago than counts, with a token that is still good. */
async function staleSession(username: string): Promise<Record<string, string>> {
  const body = { username, password: PASSWORD };
  const { json, headers } = await api.call("/api/v1/auth/login", { method: "POST", body });
  const cookie = cookiesOf({ headers });
  expect(json).toMatchObject({ accessToken: expect.any(String) });
  offsetMs += (PROOF_S + 1) * 1_000;
  const renewed = await api.call("/api/v1/auth/refresh", { method: "POST", cookie });
  return { authorization: `Bearer ${(renewed.json as { accessToken: string }).accessToken}` };
}

function call(headers: Record<string, string>, method: string, path: string, body?: object) {
  return api.call(path, { method, headers, ...(body ? { body } : {}) });
}
const prove = (headers: Record<string, string>, body: object) => call(headers, "POST", "/api/v1/account/proof", body);
const outcome = ({ status, json }: { status: number; json: unknown }) => [status, (json as { code?: string })?.code];
const REQUIRED = [403, "auth.proof-required"];
const newPerson = () => ({ username: `p-${randomUUID()}`, role: "viewer", password: "seven herons over the river" });

const asked = ROUTES.filter(({ needsProof }) => needsProof);

test("asked for a proof are: people, tokens, settings, who is told of alarms, commands, and the end of sessions", () => {
  expect(asked.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
    "DELETE /api/v1/account/sessions/{id}",
    "DELETE /api/v1/notifications/channels/{kind}",
    "DELETE /api/v1/notifications/recipients/{id}",
    "DELETE /api/v1/service-tokens/{id}",
    "DELETE /api/v1/sessions/{id}",
    "DELETE /api/v1/webhooks/{id}",
    "PATCH /api/v1/settings",
    "PATCH /api/v1/users/{username}",
    "PATCH /api/v1/webhooks/{id}",
    "POST /api/v1/account/sessions/end-others",
    "POST /api/v1/commands/{id}/approve",
    "POST /api/v1/notifications/recipients",
    "POST /api/v1/service-tokens",
    "POST /api/v1/users",
    "POST /api/v1/webhooks",
    "PUT /api/v1/notifications/channels/{kind}",
    "PUT /api/v1/notifications/plan",
    "PUT /api/v1/notifications/recipients/{id}",
    "PUT /api/v1/profiles/{id}/writes",
  ]);
  // Whatever is added to change these has to ask, too.
  const weighty: readonly string[] = [
    "users:manage",
    "tokens:manage",
    "settings:manage",
    "webhooks:manage",
    "notifications:manage",
    "commands:enable",
  ];
  const writes = ROUTES.filter(({ method, access }) => method !== "GET" && weighty.includes(access));
  const unasked = writes.filter(({ needsProof }) => !needsProof).map(({ method, path }) => `${method} ${path}`);
  expect(unasked).toEqual(["POST /api/v1/webhooks/{id}/test", "POST /api/v1/notifications/recipients/{id}/test"]);
});

test("each of them is refused to a session without a recent proof, whatever it asks for", async () => {
  const headers = await staleSession("admin");
  for (const { method, path } of asked) {
    const at = path.replace("{username}", "viewer").replace("{id}", NO_ID).replace("{kind}", "email");
    expect([`${method} ${path}`, ...outcome(await call(headers, method, at, {}))]).toEqual([
      `${method} ${path}`,
      ...REQUIRED,
    ]);
  }
  expect((await call(headers, "GET", "/api/v1/users")).status).toBe(200);
});

test("who may not do it is told so, and is not asked", async () => {
  const headers = await staleSession("operator");
  expect(outcome(await call(headers, "POST", "/api/v1/users", newPerson()))).toEqual([403, "auth.not-allowed"]);
});

test("the password opens it, for a while", async () => {
  const headers = await staleSession("admin");
  expect(outcome(await call(headers, "POST", "/api/v1/users", newPerson()))).toEqual(REQUIRED);
  expect((await prove(headers, { password: PASSWORD })).status).toBe(204);
  expect((await call(headers, "POST", "/api/v1/users", newPerson())).status).toBe(201);
  await api.database.query("update session set proven_at = proven_at - interval '16 minutes'");
  await expect
    .poll(async () => outcome(await call(headers, "POST", "/api/v1/users", newPerson())), { timeout: 5_000 })
    .toEqual(REQUIRED);
  const { items } = await api.audit.book.list({ action: "session:proof" }, { before: null, limit: 5 });
  expect(items).toMatchObject([{ actor: "admin", outcome: "done", detail: '{"method":"password"}' }]);
});

test("a proof that another process has heard counts here at once", async () => {
  const headers = await staleSession("admin");
  const now = new Date(clock()).toISOString();
  await api.database.query("update session set proven_at = $1::timestamptz", [now]);
  expect((await call(headers, "POST", "/api/v1/users", newPerson())).status).toBe(201);
});

test("it is of one session: another one of the same person is asked for itself", async () => {
  const opened = [1, 2].map(() =>
    api.auth.login({ username: "admin", password: PASSWORD, address: "", userAgent: "" }),
  );
  const [first = {}, second = {}] = (await Promise.all(opened)).map(({ accessToken }) => {
    return { authorization: `Bearer ${accessToken}` };
  });
  await api.database.query("update session set proven_at = null");
  for (const headers of [first, second]) {
    await expect.poll(async () => outcome(await call(headers, "POST", "/api/v1/users", newPerson()))).toEqual(REQUIRED);
  }
  expect((await prove(second, { password: PASSWORD })).status).toBe(204);
  expect((await call(second, "POST", "/api/v1/users", newPerson())).status).toBe(201);
  expect(outcome(await call(first, "POST", "/api/v1/users", newPerson()))).toEqual(REQUIRED);
});

test("a wrong password opens nothing, is slowed down, and locks nobody out", async () => {
  const headers = await staleSession("admin");
  for (let guess = 0; guess < 5; guess += 1) {
    expect(outcome(await prove(headers, { password: `guess ${guess}` }))).toEqual([403, "account.wrong-password"]);
  }
  expect(outcome(await prove(headers, { password: PASSWORD }))).toEqual([429, "auth.too-many-attempts"]);
  expect(outcome(await call(headers, "POST", "/api/v1/users", newPerson()))).toEqual(REQUIRED);
  const login = { method: "POST", body: { username: "admin", password: PASSWORD } };
  expect((await api.call("/api/v1/auth/login", login)).status).toBe(200);
});

test.for([{ body: {} }, { body: { password: PASSWORD, code: "123456" } }, { body: { password: "" } }])(
  "neither nothing nor two things are a proof: $body",
  async ({ body }) => {
    const headers = await staleSession("viewer");
    expect(outcome(await prove(headers, body))).toEqual([400, "request.invalid"]);
  },
);

describe("with a second factor", () => {
  test("its code opens it, once", async () => {
    const signedIn = await api.auth.login({ username: "admin", password: PASSWORD, address: "", userAgent: "" });
    const own = { authorization: `Bearer ${signedIn.accessToken}` };
    const begun = await call(own, "POST", "/api/v1/account/totp", { password: PASSWORD });
    const { secret } = begun.json as { secret: string };
    const codeAt = (steps: number) =>
      new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock() + steps * 30_000 });
    expect((await call(own, "POST", "/api/v1/account/totp/confirm", { code: codeAt(-1) })).status).toBe(200);
    await api.database.query("update session set proven_at = null");
    await expect.poll(async () => outcome(await call(own, "POST", "/api/v1/users", newPerson()))).toEqual(REQUIRED);
    expect(outcome(await prove(own, { code: "000000" }))).toEqual([403, "account.wrong-code"]);
    const code = codeAt(0);
    expect((await prove(own, { code })).status).toBe(204);
    expect((await call(own, "POST", "/api/v1/users", newPerson())).status).toBe(201);
    expect(outcome(await prove(own, { code }))).toEqual([403, "account.wrong-code"]);
  });

  test("without one there is no code to give", async () => {
    const headers = await staleSession("admin");
    expect(outcome(await prove(headers, { code: "000000" }))).toEqual([409, "account.totp-off"]);
  });
});

test("service tokens are not asked: they were made after a proof, and can do none of it to people and tokens", async () => {
  const permissions: Permission[] = ["settings:read", "settings:manage", "webhooks:manage"];
  expect(permissions.every((permission) => permission in PERMISSIONS)).toBe(true);
  const body = { name: "tool", permissions, expiresInDays: 30 };
  const { accessToken } = await api.auth.login({ username: "admin", password: PASSWORD, address: "", userAgent: "" });
  const made = await call({ authorization: `Bearer ${accessToken}` }, "POST", "/api/v1/service-tokens", body);
  offsetMs += (PROOF_S + 1) * 1_000;
  const headers = { authorization: `Bearer ${(made.json as { token: string }).token}` };
  expect(outcome(await call(headers, "PATCH", "/api/v1/settings", { organisation: "ACME" }))[0]).toBe(428);
  expect(outcome(await call(headers, "POST", "/api/v1/users", newPerson()))).toEqual([403, "auth.not-allowed"]);
});

test("while the database is away nobody is told that the proof was missing", async () => {
  const headers = await staleSession("admin");
  await api.loseDatabase();
  const refused = outcome(await call(headers, "POST", "/api/v1/users", newPerson()));
  expect(refused).toEqual([503, "storage.unavailable"]);
});
