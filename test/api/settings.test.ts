import { afterAll, beforeAll, expect, test } from "vitest";
import { DEFAULT_SETTINGS } from "../../domain/settings/platform-settings.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";

const PATH = "/api/v1/settings";
let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi({ sites: [aSite(1)] });
});
afterAll(() => api.close());

const read = () => api.call(PATH, { role: "admin" });
const change = (body: unknown, ifMatch?: string | null) =>
  api.call(PATH, { method: "PATCH", role: "admin", body, headers: ifMatch ? { "if-match": ifMatch } : {} });

test("are read with an ETag, changed with it, and stand in the audit trail before and after", async () => {
  const first = await read();
  expect(first.json).toEqual(DEFAULT_SETTINGS);
  const etag = first.headers.get("etag");
  const notice = { "zh-CN": "仅限授权人员", en: "Authorised persons only" };
  const changed = await change({ notice, sessionIdleH: 8 }, etag);
  expect([changed.status, changed.json]).toEqual([200, { ...DEFAULT_SETTINGS, notice, sessionIdleH: 8 }]);
  const second = await read();
  expect(second.json).toEqual(changed.json);
  expect(second.headers.get("etag")).toBe(changed.headers.get("etag"));
  expect((await api.call(PATH, { role: "admin", headers: { "if-none-match": etag ?? "" } })).status).toBe(200);
  const same = { "if-none-match": changed.headers.get("etag") ?? "" };
  expect((await api.call(PATH, { role: "admin", headers: same })).status).toBe(304);
  const [entry] = await api.database.query(
    "select actor, outcome, target, detail from audit.entry where action = 'settings:update' order by seq desc limit 1",
  );
  expect(entry).toMatchObject({ actor: "admin", outcome: "done", target: "notice, sessionIdleH" });
  expect(JSON.parse(String(entry?.["detail"]))).toEqual({
    before: { notice: null, sessionIdleH: 12 },
    after: { notice, sessionIdleH: 8 },
  });
});

test("a change on a state that is gone is refused, and so is one that names none", async () => {
  const etag = (await read()).headers.get("etag");
  expect((await change({ organisation: "ACME" }, etag)).status).toBe(200);
  expect((await change({ organisation: "Other" }, etag)).json).toMatchObject({ code: "request.precondition-failed" });
  expect((await change({ organisation: "Other" })).json).toMatchObject({ code: "request.precondition-required" });
  expect((await read()).json).toMatchObject({ organisation: "ACME" });
});

test("of ten changes on one state one counts", async () => {
  const etag = (await read()).headers.get("etag");
  const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => change({ passwordMinLength: 20 + n }, etag)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(412)]);
});

test.for([
  [{}, "at least one"],
  [{ passwordMinLength: 9 }, "10"],
  [{ sessionIdleH: 73 }, "72"],
  [{ auditRetentionDays: "90" }, "number"],
  [{ requireTotpFor: "everybody" }, "nobody"],
  [{ revision: 1 }, "revision"],
] as const)("%j is refused, with what is allowed", async ([body, words]) => {
  const { status, text } = await change(body, "*");
  expect(status).toBe(400);
  expect(text).toContain(words);
});

test("nobody but an admin sees or changes them", async () => {
  for (const role of ["viewer", "operator", "engineer"] as const) {
    expect((await api.call(PATH, { role })).status).toBe(403);
    expect((await api.call(PATH, { method: "PATCH", role, body: { sessionIdleH: 1 } })).status).toBe(403);
  }
});
