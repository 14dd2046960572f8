import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROUTES } from "../../api/routes.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";
import type { Answer } from "./call-api.ts";

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi({ sites: [aSite(1)] });
});
afterAll(() => api.close());

const TOKENS = "/api/v1/service-tokens";
const aToken = (name: string) => ({ name, permissions: ["sites:read"], expiresInDays: 1 });
const post = (path: string, body: unknown, key: string | null, role: "admin" | "engineer" | "operator" = "admin") =>
  api.call(path, { method: "POST", role, body, headers: key === null ? {} : { "idempotency-key": key } });
const codeOf = ({ status, json }: Answer) => [status, (json as { code?: string }).code];
const count = async (name: string) =>
  (await api.database.query("select from service_token where name = $1", [name])).length;

test("the same request with the same key is done once and answered the same, secret and all", async () => {
  const key = randomUUID();
  const name = `once-${randomUUID().slice(0, 8)}`;
  const first = await post(TOKENS, aToken(name), key);
  const again = await post(TOKENS, aToken(name), key);
  expect(first.status).toBe(201);
  expect([again.status, again.json]).toEqual([first.status, first.json]);
  expect((first.json as { token: string }).token).toMatch(/^abx_/);
  expect([first.headers.get("idempotency-replayed"), again.headers.get("idempotency-replayed")]).toEqual([
    null,
    "true",
  ]);
  expect(await count(name)).toBe(1);
});

test("what is kept says nothing to whoever reads the database", async () => {
  const key = `key-${randomUUID().slice(0, 8)}`;
  const { json } = await post(TOKENS, aToken(`sealed-${randomUUID().slice(0, 8)}`), key);
  const { token } = json as { token: string };
  const rows = JSON.stringify(await api.database.query("select * from idempotency"));
  expect(rows).toContain('"answer":"v1.');
  expect(rows).not.toContain(token);
  expect(rows).not.toContain(key);
  expect(rows).not.toContain("sealed-");
});

test("another body with the same key is refused, whoever else's key it is does not matter", async () => {
  const key = randomUUID();
  const site = (id: string) => ({
    id,
    name: "A",
    controller: { url: "http://10.1.101.8", profile: "bitmain-antbox-hk3" },
  });
  expect((await post("/api/v1/sites", site("once-a"), key)).status).toBe(201);
  expect(codeOf(await post("/api/v1/sites", site("once-b"), key))).toEqual([422, "request.idempotency-mismatch"]);
  expect((await post("/api/v1/sites", site("once-b"), key, "engineer")).status).toBe(201);
  const reading = { takenAt: "2026-01-01T00:00:00.000Z", values: { coolant_ph: 8 } };
  expect(codeOf(await post("/api/v1/sites/site-001/lab-readings", reading, key))).toEqual([
    422,
    "request.idempotency-mismatch",
  ]);
});

test("twenty at once make one; the others wait their turn or get its answer", async () => {
  const name = `race-${randomUUID().slice(0, 8)}`;
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(TOKENS, aToken(name), key)));
  expect(await count(name)).toBe(1);
  const made = answers.filter(({ status }) => status === 201);
  expect(made.length).toBeGreaterThan(0);
  expect(new Set(made.map(({ text }) => text)).size).toBe(1);
  for (const answer of answers.filter(({ status }) => status !== 201)) {
    expect(codeOf(answer)).toEqual([409, "request.in-progress"]);
    expect(answer.headers.get("retry-after")).toBe("1");
  }
});

test("what failed was not done, and may be tried again with the same key", async () => {
  const key = randomUUID();
  const name = `retry-${randomUUID().slice(0, 8)}`;
  await post(TOKENS, aToken(name), null);
  expect(codeOf(await post(TOKENS, aToken(name), key))).toEqual([409, "token.name-taken"]);
  await api.database.query("delete from service_token where name = $1", [name]);
  expect((await post(TOKENS, aToken(name), key)).status).toBe(201);
});

test("a request that never ended is taken over after five minutes, an answer is forgotten after a day", async () => {
  const key = randomUUID();
  const name = `lost-${randomUUID().slice(0, 8)}`;
  await post(TOKENS, aToken(name), key);
  await api.database.query("delete from service_token where name = $1", [name]);
  const [row] = await api.database.query("select id from idempotency order by started_at desc limit 1");
  const age = (interval: string, answer: string) =>
    api.database.query(
      `update idempotency set started_at = now() - interval '${interval}', answer = ${answer} where id = $1`,
      [row?.["id"]],
    );
  await age("4 minutes", "null");
  expect(codeOf(await post(TOKENS, aToken(name), key))).toEqual([409, "request.in-progress"]);
  await age("6 minutes", "null");
  expect((await post(TOKENS, aToken(name), key)).status).toBe(201);
  await api.database.query("delete from service_token where name = $1", [name]);
  await age("25 hours", "answer");
  const late = await post(TOKENS, aToken(name), key);
  expect([late.status, late.headers.get("idempotency-replayed")]).toEqual([201, null]);
});

test("one user's keys are bounded, and do not push out those of others", async () => {
  await api.database.query(
    `insert into idempotency (id, username, fingerprint, answer, started_at)
     select 'filler-' || n, 'operator', '', '', now() - interval '1 hour' from generate_series(1, 1200) as n`,
  );
  const reading = { takenAt: "2026-01-02T00:00:00.000Z", values: { coolant_ph: 8 } };
  await post("/api/v1/sites/site-001/lab-readings", reading, randomUUID(), "operator");
  const [{ n } = { n: 0 }] = await api.database.query<{ n: number }>(
    "select count(*)::int as n from idempotency where username = 'operator'",
  );
  expect(n).toBe(1_001);
});

test("a key is visible ASCII of at most 128 characters", async () => {
  for (const key of [" ", "x".repeat(129), "a b"]) {
    const answer = await post(TOKENS, aToken("never"), key);
    // fetch trims a blank away: an empty key is no key of ours either
    expect(codeOf(answer)).toEqual([400, "request.invalid"]);
  }
  expect(await count("never")).toBe(0);
});

test("every row that creates something takes a key", () => {
  const rows = ROUTES.filter(({ isIdempotent }) => isIdempotent).map(({ method, path }) => `${method} ${path}`);
  expect(rows.sort()).toEqual([
    "POST /api/v1/alarms/{id}/notes",
    "POST /api/v1/commands",
    "POST /api/v1/commands/bulk",
    "POST /api/v1/notifications/recipients",
    "POST /api/v1/service-tokens",
    "POST /api/v1/site-flags",
    "POST /api/v1/sites",
    "POST /api/v1/sites/{id}/baselines",
    "POST /api/v1/sites/{id}/emergency-stop",
    "POST /api/v1/sites/{id}/emergency-stop/retry",
    "POST /api/v1/sites/{id}/lab-readings",
    "POST /api/v1/sites/{id}/locks",
    "POST /api/v1/users",
    "POST /api/v1/video/streams/{id}/locks",
    "POST /api/v1/webhooks",
  ]);
  for (const { answer, isIdempotent } of ROUTES) if (isIdempotent) expect(answer).toHaveProperty("schema");
});
