import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { FIRST_PASSWORD_DAYS } from "../../domain/access/first-password.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";
import { addAccounts, PASSWORD } from "./test-database.ts";

const GIVEN = "seven herons over the river";
const OWN = "eight cranes under the bridge";
const DAY_MS = 86_400_000;
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

type Answer = Awaited<ReturnType<ApiUnderTest["call"]>>;
const outcome = ({ status, json }: Answer) => [status, (json as { code?: string })?.code];
const login = (username: string, password: string, code?: string) =>
  api.call("/api/v1/auth/login", { method: "POST", body: { username, password, ...(code ? { code } : {}) } });
const bearer = ({ json }: Answer) => ({ authorization: `Bearer ${(json as { accessToken: string }).accessToken}` });
const asAdmin = async () => bearer(await login("admin", PASSWORD));

async function give(username: string, change: object): Promise<void> {
  const headers = await asAdmin();
  expect((await api.call(`/api/v1/users/${username}`, { method: "PATCH", body: change, headers })).status).toBe(200);
}

test("a first password that nobody used in time opens nothing any more, and its owner is told why", async () => {
  const body = { username: "li.wei", role: "operator", password: GIVEN };
  expect((await api.call("/api/v1/users", { method: "POST", body, headers: await asAdmin() })).status).toBe(201);
  offsetMs += FIRST_PASSWORD_DAYS * DAY_MS - 60_000;
  expect((await login("li.wei", GIVEN)).status).toBe(200);
  offsetMs += 120_000;
  expect(outcome(await login("li.wei", GIVEN))).toEqual([401, "auth.first-password-over"]);
  // Whoever guesses learns nothing.
  expect(outcome(await login("li.wei", "a wrong password"))).toEqual([401, "auth.bad-credentials"]);
  await give("li.wei", { password: "nine storks beside the lake" });
  expect((await login("li.wei", "nine storks beside the lake")).status).toBe(200);
});

test("one that was given in place of a lost one runs out, too", async () => {
  await give("viewer", { password: GIVEN });
  offsetMs += FIRST_PASSWORD_DAYS * DAY_MS + 60_000;
  expect(outcome(await login("viewer", GIVEN))).toEqual([401, "auth.first-password-over"]);
});

test("a password of one's own is good for ten years, and nobody is asked to replace it", async () => {
  await give("viewer", { password: GIVEN });
  const headers = bearer(await login("viewer", GIVEN));
  const body = { current: GIVEN, next: OWN };
  expect((await api.call("/api/v1/account/password", { method: "POST", body, headers })).status).toBe(204);
  offsetMs += 3_653 * DAY_MS;
  const { status, json } = await login("viewer", OWN);
  expect([status, json]).toMatchObject([200, { user: { mustChangePassword: false } }]);
});

/** The second factor of somebody, as the authenticator shows it. */
async function setUpTotp(username: string): Promise<(steps: number) => string> {
  const headers = bearer(await login(username, PASSWORD));
  const ask = (path: string, body: object) => api.call(`/api/v1/account/${path}`, { method: "POST", body, headers });
  const { secret } = (await ask("totp", { password: PASSWORD })).json as { secret: string };
  const codeAt = (steps: number) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock() + steps * 30_000 });
  expect((await ask("totp/confirm", { code: codeAt(-1) })).status).toBe(200);
  return codeAt;
}

test("a password given in place of a lost one does not open past the second factor", async () => {
  const codeAt = await setUpTotp("viewer");
  await give("viewer", { password: GIVEN });
  expect(outcome(await login("viewer", GIVEN))).toEqual([401, "auth.code-required"]);
  expect(outcome(await login("viewer", GIVEN, "000000"))).toEqual([401, "auth.bad-code"]);
  const { status, json } = await login("viewer", GIVEN, codeAt(0));
  expect([status, json]).toMatchObject([200, { user: { mustChangePassword: true, hasTotp: true } }]);
});

test("a lost factor is removed by an administrator who has just proved who it is, and stands in the trail", async () => {
  await setUpTotp("viewer");
  const headers = await asAdmin();
  await api.database.query("update session set proven_at = null");
  const remove = () => api.call("/api/v1/users/viewer", { method: "PATCH", body: { removeTotp: true }, headers });
  // What was known of the session holds for a moment.
  const told = expect.poll(async () => outcome(await remove()), { timeout: 10_000 });
  await told.toEqual([403, "auth.proof-required"]);
  const proof = { method: "POST", body: { password: PASSWORD }, headers };
  expect((await api.call("/api/v1/account/proof", proof)).status).toBe(204);
  expect((await remove()).status).toBe(200);
  const { items } = await api.audit.book.list({ action: "user:update", target: "viewer" }, { before: null, limit: 1 });
  expect(items).toMatchObject([{ actor: "admin", detail: expect.stringContaining("second factor removed") }]);
});
