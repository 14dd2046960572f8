import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";
import { addAccounts, PASSWORD } from "./test-database.ts";

const NEXT = "seven herons over the river";
let api: ApiUnderTest;
let offsetMs = 0;
const clock = () => Date.now() + offsetMs;

beforeAll(async () => {
  api = await startApi({ sites: [aSite(1)], clock, trustedProxies: ["127.0.0.0/8"] });
});
beforeEach(async () => {
  await api.database.query("delete from user_account");
  await addAccounts(api.database);
  // Longer than the memory of the throttle, and than any lock.
  offsetMs += 7_200_000;
});
afterAll(() => api.close());

type Attempt = { password?: string; code?: string; from?: string };

/** A sign-in from an address, as a proxy tells it. */
function login(username: string, { password = PASSWORD, code, from = "192.0.2.1" }: Attempt = {}) {
  const body = { username, password, ...(code === undefined ? {} : { code }) };
  return api.call("/api/v1/auth/login", { method: "POST", body, headers: { "x-forwarded-for": from } });
}

async function signIn(username: string, attempt: Attempt = {}): Promise<string> {
  const { status, json } = await login(username, attempt);
  expect([status, json]).toMatchObject([200, {}]);
  return (json as { accessToken: string }).accessToken;
}

function post(token: string, path: string, body: object) {
  const headers = { authorization: `Bearer ${token}` };
  return api.call(`/api/v1/account/${path}`, { method: "POST", body, headers });
}

const get = (token: string, path: string) => api.call(path, { headers: { authorization: `Bearer ${token}` } });
const codeOf = ({ json }: { json: unknown }) => (json as { code: string }).code;

/** What the authenticator shows, steps away from now. */
function codeFor(secret: string, steps = 0): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock() + steps * 30_000 });
}

/** Sets a second factor up. The code of the present step is used up by it. */
async function setUpTotp(token: string): Promise<{ secret: string; recoveryCodes: string[] }> {
  const begun = await post(token, "totp", { password: PASSWORD });
  const { secret } = begun.json as { secret: string };
  const { status, json } = await post(token, "totp/confirm", { code: codeFor(secret) });
  expect(status).toBe(200);
  return { secret, recoveryCodes: (json as { recoveryCodes: string[] }).recoveryCodes };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const endsAt = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > endsAt) throw new Error("it did not happen within 10 s");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("a new password takes the place of the old one, and ends the other sessions only", async () => {
  const [mine, other] = [await signIn("viewer"), await signIn("viewer")];
  expect((await post(mine, "password", { current: PASSWORD, next: NEXT })).status).toBe(204);
  await until(async () => (await get(other, "/api/v1/auth/me")).status === 401);
  expect((await get(mine, "/api/v1/auth/me")).status).toBe(200);
  expect((await login("viewer")).status).toBe(401);
  expect((await login("viewer", { password: NEXT })).status).toBe(200);
  const { items } = await api.audit.book.list({ action: "password:change" }, { before: null, limit: 1 });
  expect(items).toMatchObject([{ actor: "viewer", target: "viewer", outcome: "done" }]);
});

test("the present password is needed, and guessing it is slowed down", async () => {
  const token = await signIn("viewer");
  for (let guess = 0; guess < 5; guess += 1) {
    expect(codeOf(await post(token, "password", { current: `guess ${guess}`, next: NEXT }))).toBe(
      "account.wrong-password",
    );
  }
  const refused = await post(token, "password", { current: PASSWORD, next: NEXT });
  expect([refused.status, codeOf(refused)]).toEqual([429, "auth.too-many-attempts"]);
  // The account itself is not locked by it: its owner may sign in.
  expect((await login("viewer")).status).toBe(200);
  offsetMs += 60_000;
  expect((await post(token, "password", { current: PASSWORD, next: NEXT })).status).toBe(204);
  await until(async () => {
    const filter = { action: "password:change", outcome: "refused" };
    return (await api.audit.book.list(filter, { before: null, limit: 9 })).items.length === 5;
  });
});

test("the last three passwords are not taken again, the fourth last is", async () => {
  const token = await signIn("viewer");
  const chain = [PASSWORD, "one heron over the river", "two herons over the river", "three herons over the river"];
  for (const [place, next] of chain.slice(1).entries()) {
    expect((await post(token, "password", { current: chain[place], next })).status).toBe(204);
  }
  const current = chain[3];
  for (const next of chain.slice(1)) {
    const { status, json } = await post(token, "password", { current, next });
    expect([status, json]).toMatchObject([400, { code: "account.weak-password", errors: [{ field: "body.next" }] }]);
  }
  expect((await post(token, "password", { current, next: PASSWORD })).status).toBe(204);
});

test("of two changes at once from one password, one counts", async () => {
  const token = await signIn("viewer");
  const nexts = ["one heron over the river", "two herons over the river"];
  const answers = await Promise.all(nexts.map((next) => post(token, "password", { current: PASSWORD, next })));
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 403]);
  const opened = await Promise.all(nexts.map(async (password) => (await login("viewer", { password })).status));
  expect(opened.sort()).toEqual([200, 401]);
});

test("the settings say how long a password must be", async () => {
  const admin = await signIn("admin");
  const headers = { "if-match": (await get(admin, "/api/v1/settings")).headers.get("etag") ?? "" };
  const patch = await api.call("/api/v1/settings", {
    method: "PATCH",
    body: { passwordMinLength: 30 },
    headers: { ...headers, authorization: `Bearer ${admin}` },
  });
  expect(patch.status).toBe(200);
  try {
    const token = await signIn("viewer");
    const { json } = await post(token, "password", { current: PASSWORD, next: NEXT });
    expect(json).toMatchObject({
      errors: [{ allowed: "must have at least 30 characters", allowedZh: "至少需要 30 个字符" }],
    });
  } finally {
    await api.database.query("delete from setting where key = 'passwordMinLength'");
    await api.database.query(
      "update setting set value = to_jsonb((value #>> '{}')::bigint + 1) where key = 'revision'",
    );
  }
});

test("a second factor counts once it is confirmed; then a sign-in needs its code", async () => {
  const token = await signIn("operator");
  const begun = await post(token, "totp", { password: PASSWORD });
  const { secret, uri } = begun.json as { secret: string; uri: string };
  expect(uri).toContain(secret);
  expect((await login("operator")).status).toBe(200);
  expect(codeOf(await post(token, "totp/confirm", { code: "000000" }))).toBe("account.wrong-code");
  const confirmed = await post(token, "totp/confirm", { code: codeFor(secret) });
  expect((confirmed.json as { recoveryCodes: string[] }).recoveryCodes).toHaveLength(10);

  const without = await login("operator");
  expect([without.status, codeOf(without)]).toEqual([401, "auth.code-required"]);
  const wrong = await login("operator", { code: "000000" });
  expect([wrong.status, codeOf(wrong)]).toEqual([401, "auth.bad-code"]);
  const right = await login("operator", { code: codeFor(secret, 1) });
  expect([right.status, right.json]).toMatchObject([200, { user: { hasTotp: true } }]);
  expect(codeOf(await post(token, "totp", { password: PASSWORD }))).toBe("account.totp-on");
  expect(codeOf(await post(token, "totp/confirm", { code: codeFor(secret, 1) }))).toBe("account.totp-off");
});

test("a code counts once, also for a hundred who show it at once, and never one before it", async () => {
  const token = await signIn("operator");
  const { secret } = await setUpTotp(token);
  expect(codeOf(await login("operator", { code: codeFor(secret) }))).toBe("auth.bad-code");
  offsetMs += 60_000;
  const code = codeFor(secret);
  const many = await Promise.all(
    Array.from({ length: 4 }, (_, place) => login("operator", { code, from: `192.0.2.${10 + place}` })),
  );
  expect(many.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
  expect(codeOf(await login("operator", { code: codeFor(secret, -1) }))).toBe("auth.bad-code");
  expect((await login("operator", { code: codeFor(secret, 1) })).status).toBe(200);
});

test("a code is good a step early and a step late, and not two", async () => {
  const { secret } = await setUpTotp(await signIn("operator"));
  for (const [steps, expected] of [
    [-2, 401],
    [2, 401],
    [-1, 200],
    [1, 200],
  ] as const) {
    offsetMs += 300_000;
    expect([steps, (await login("operator", { code: codeFor(secret, steps) })).status]).toEqual([steps, expected]);
  }
});

test("each recovery code signs in once, also for several at once", async () => {
  const { recoveryCodes } = await setUpTotp(await signIn("operator"));
  const [first = "", second = ""] = recoveryCodes;
  const many = await Promise.all(
    Array.from({ length: 3 }, (_, place) => login("operator", { code: first, from: `192.0.2.${10 + place}` })),
  );
  expect(many.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
  expect((await login("operator", { code: second.toLowerCase() })).status).toBe(200);
  expect(codeOf(await login("operator", { code: second }))).toBe("auth.bad-code");
});

test("the secret is sealed at rest and recovery codes are hashed", async () => {
  const { secret, recoveryCodes } = await setUpTotp(await signIn("operator"));
  const [row] = await api.database.query("select * from user_account where username = 'operator'");
  const stored = JSON.stringify(row);
  expect(stored).toMatch(/"totp_secret":"v1\./);
  expect(stored).not.toContain(secret);
  for (const code of recoveryCodes) expect(stored.toUpperCase()).not.toContain(code.replaceAll("-", ""));
  // A blob of one account is worth nothing in another's row.
  await api.database.query(
    "update user_account set totp_secret = $1, totp_confirmed_at = now() where username = 'engineer'",
    [row?.["totp_secret"]],
  );
  offsetMs += 60_000;
  const body = JSON.stringify({ username: "engineer", password: PASSWORD, code: codeFor(secret) });
  const headers = { "content-type": "application/json" };
  const moved = await fetch(`${api.url}/api/v1/auth/login`, { method: "POST", body, headers });
  expect([moved.status, await moved.json()]).toMatchObject([500, { code: "secret.unreadable" }]);
  const { items } = await api.audit.book.list({}, { before: null, limit: 1000 });
  expect(JSON.stringify(items)).not.toContain(secret);
});

test("it is removed with password and code, or by an administrator", async () => {
  const token = await signIn("operator");
  const { secret } = await setUpTotp(token);
  const remove = (password: string, code: string) => post(token, "totp/remove", { password, code });
  expect(codeOf(await remove("wrong", codeFor(secret, 1)))).toBe("account.wrong-password");
  expect(codeOf(await remove(PASSWORD, "000000"))).toBe("account.wrong-code");
  expect((await remove(PASSWORD, codeFor(secret, 1))).status).toBe(204);
  expect(codeOf(await remove(PASSWORD, codeFor(secret, 1)))).toBe("account.totp-off");
  expect((await login("operator")).status).toBe(200);

  offsetMs += 60_000;
  await setUpTotp(token);
  const admin = await signIn("admin");
  const patched = await api.call("/api/v1/users/operator", {
    method: "PATCH",
    body: { removeTotp: true },
    headers: { authorization: `Bearer ${admin}` },
  });
  expect(patched.json).toMatchObject({ hasTotp: false });
  await until(async () => (await get(token, "/api/v1/auth/me")).status === 401);
  expect((await login("operator")).status).toBe(200);
});

test("whom the settings ask for a second factor may only set it up, until it is there", async () => {
  await api.database.query(
    "insert into setting (key, value) values ('requireTotpFor', to_jsonb('engineer'::text)) on conflict (key) do update set value = excluded.value",
  );
  await api.database.query("update setting set value = to_jsonb((value #>> '{}')::bigint + 1) where key = 'revision'");
  try {
    await until(async () => {
      const { json } = await login("engineer", { from: `198.51.100.${Math.ceil(Math.random() * 250)}` });
      return (json as { user?: { mustSetUpTotp: boolean } }).user?.mustSetUpTotp === true;
    });
    const operator = await signIn("operator");
    expect((await get(operator, "/api/v1/sites")).status).toBe(200);
    const token = await signIn("engineer");
    const refused = await get(token, "/api/v1/sites");
    expect([refused.status, codeOf(refused)]).toEqual([403, "auth.totp-required"]);
    expect((await get(token, "/api/v1/auth/me")).status).toBe(200);
    await setUpTotp(token);
    await until(async () => (await get(token, "/api/v1/sites")).status === 200);
  } finally {
    await api.database.query("delete from setting where key = 'requireTotpFor'");
    await api.database.query(
      "update setting set value = to_jsonb((value #>> '{}')::bigint + 1) where key = 'revision'",
    );
  }
});

/** Guesses from ever other addresses, past the throttle of this process. */
async function guess(username: string, times: number, first = 0): Promise<void> {
  for (let place = first; place < first + times; place += 1) {
    await login(username, { password: "wrong", from: `198.51.${100 + (place >> 8)}.${place & 255}` });
    offsetMs += 31_000;
  }
}

async function lockS(username: string): Promise<number> {
  const [row] = await api.database.query("select locked_until from user_account where username = $1", [username]);
  const until = row?.["locked_until"];
  return until instanceof Date ? Math.round((until.getTime() - clock()) / 1000) : 0;
}

test("five failures lock for a minute, each further one for twice as long, at most an hour", async () => {
  const locks: number[] = [];
  for (let failure = 1; failure <= 13; failure += 1) {
    await login("viewer", { password: "wrong", from: `198.51.100.${failure}` });
    locks.push(await lockS("viewer"));
    offsetMs += Math.max(locks.at(-1) ?? 0, 31) * 1000 + 1000;
  }
  expect(locks).toEqual([0, 0, 0, 0, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
  expect((await login("viewer", { from: "203.0.113.9" })).status).toBe(200);
  expect(await lockS("viewer")).toBe(0);
});

test("a locked account answers as an unknown one, whatever the password", async () => {
  await guess("viewer", 4);
  await login("viewer", { password: "wrong", from: "198.51.100.200" });
  const locked = await login("viewer", { from: "203.0.113.1" });
  const unknown = await login("nobody", { from: "203.0.113.2" });
  expect([locked.status, codeOf(locked)]).toEqual([401, "auth.bad-credentials"]);
  expect(locked.json).toEqual(unknown.json);
  // A try while it is locked changes nothing.
  const before = await lockS("viewer");
  await login("viewer", { password: "wrong", from: "203.0.113.3" });
  expect(await lockS("viewer")).toBeLessThanOrEqual(before);
  offsetMs += 61_000;
  expect((await login("viewer", { from: "203.0.113.1" })).status).toBe(200);
});

test("an attack does not lock the owner out, where he signed in lately", async () => {
  await signIn("viewer", { from: "192.0.2.77" });
  await guess("viewer", 12);
  expect(await lockS("viewer")).toBeGreaterThan(60);
  expect((await login("viewer", { from: "203.0.113.1" })).status).toBe(401);
  expect((await login("viewer", { from: "192.0.2.77" })).status).toBe(200);
});

test("an administrator sees the lock and lifts it", async () => {
  const admin = await signIn("admin");
  const headers = { authorization: `Bearer ${admin}` };
  await guess("viewer", 4);
  await login("viewer", { password: "wrong", from: "198.51.100.200" });
  expect((await get(admin, "/api/v1/users/viewer")).json).toMatchObject({ lockedUntil: expect.any(String) });
  const unlock = { method: "PATCH", body: { unlock: true }, headers };
  expect((await api.call("/api/v1/users/viewer", unlock)).json).toMatchObject({ lockedUntil: null });
  expect((await login("viewer", { from: "203.0.113.1" })).status).toBe(200);
});

test("tries that come all at once do not slip past the lock", async () => {
  await guess("viewer", 4);
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, place) => login("viewer", { password: "wrong", from: `203.0.113.${place}` })),
  );
  expect(answers.every(({ status }) => status === 401 || status === 429)).toBe(true);
  const [row] = await api.database.query("select failed_attempts from user_account where username = 'viewer'");
  expect(row?.["failed_attempts"]).toBe(5);
});

test("codes cannot be guessed with the password in hand: each wrong one counts, a missing one does not", async () => {
  await setUpTotp(await signIn("operator"));
  for (let place = 0; place < 5; place += 1) {
    offsetMs += 31_000;
    await login("operator", { from: `203.0.113.${place}` });
    await login("operator", { code: "000000", from: `203.0.113.${place}` });
  }
  expect(await lockS("operator")).toBeGreaterThan(0);
  expect(codeOf(await login("operator", { from: "203.0.113.99" }))).toBe("auth.bad-credentials");
});

test("asking for the code alone never locks", async () => {
  await setUpTotp(await signIn("operator"));
  for (let place = 0; place < 8; place += 1) {
    offsetMs += 31_000;
    expect(codeOf(await login("operator", { from: `203.0.113.${place}` }))).toBe("auth.code-required");
  }
  const [row] = await api.database.query(
    "select failed_attempts, locked_until from user_account where username = 'operator'",
  );
  expect(row).toEqual({ failed_attempts: 0, locked_until: null });
});

test("an account of an identity provider has neither password nor second factor here", async () => {
  const token = await signIn("viewer");
  await api.database.query("update user_account set is_external = true, password_hash = '!' where username = 'viewer'");
  for (const [path, body] of [
    ["password", { current: "!", next: NEXT }],
    ["totp", { password: "!" }],
    ["totp/confirm", { code: "123456" }],
    ["totp/remove", { password: "!", code: "123456" }],
  ] as const) {
    const { status, json } = await post(token, path, body);
    expect([path, status, json]).toMatchObject([path, 409, { code: "account.external" }]);
  }
});
