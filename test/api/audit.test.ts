import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";
import { PASSWORD } from "./test-database.ts";

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi({ sites: [aSite(1)] });
});
afterAll(() => api?.close());

type Entry = {
  seq: number;
  at: string;
  actorKind: string;
  actor: string;
  action: string;
  outcome: string;
  target: string;
  address: string;
  detail: Record<string, unknown>;
  hash: string;
};
type List = { items: Entry[]; nextCursor: string | null; total: number };

async function list(query = ""): Promise<List> {
  const { status, json } = await api.call(`/api/v1/audit${query}`, { role: "engineer" });
  expect(status).toBe(200);
  return json as List;
}
const newest = async (query: string) => (await list(query)).items[0];

test("exporting, importing, running a job and lab readings are written down, with who and from where", async () => {
  await api.call("/api/v1/export?points=supply_temp_c", { role: "operator" });
  expect(await newest("?action=history:export")).toMatchObject({
    actorKind: "user",
    actor: "operator",
    outcome: "done",
    address: expect.stringMatching(/127\.0\.0\.1$/),
    detail: { points: ["supply_temp_c"], format: "csv", sites: 1 },
  });

  const csv = "site,time,supply_temp_c\nsite-001,2026-01-01T00:00:00Z,35\n";
  const upload = { method: "POST", role: "engineer" as const, rawBody: csv, headers: { "content-type": "text/csv" } };
  await api.call("/api/v1/import/history?dryRun=true", upload);
  expect((await list("?action=history:import")).total).toBe(0);
  await api.call("/api/v1/import/history", upload);
  await vi.waitFor(async () => expect((await list("?action=history:import")).total).toBe(2));
  expect((await list("?action=history:import")).items.map(({ detail }) => detail["step"])).toEqual(["ended", "begun"]);

  await api.call("/api/v1/jobs/rollup/run", { method: "POST", role: "admin" });
  expect(await newest("?action=job:run")).toMatchObject({ actor: "admin", target: "rollup" });

  const reading = { takenAt: "2026-11-20T08:00:00.000Z", values: { coolant_ph: 8 } };
  const enter = () =>
    api.call("/api/v1/sites/site-001/lab-readings", { method: "POST", role: "operator", body: reading });
  const { json } = await enter();
  const { id } = (json as { items: { id: number }[] }).items[0] ?? { id: 0 };
  expect(await newest("?action=lab:enter")).toMatchObject({ target: "site-001", detail: reading });
  expect((await enter()).status).toBe(400);
  await vi.waitFor(async () => expect(await newest("?action=lab:enter")).toMatchObject({ outcome: "failed" }));
  await api.call(`/api/v1/sites/site-001/lab-readings/${id}/void`, { method: "POST", role: "operator" });
  expect(await newest("?action=lab:void")).toMatchObject({
    actor: "operator",
    outcome: "done",
    detail: { readingId: id },
  });
});

test("refused attempts are written down once a minute, with the row that refused", async () => {
  for (let n = 0; n < 5; n += 1) await api.call("/api/v1/jobs/rollup/run", { method: "POST", role: "viewer" });
  for (let n = 0; n < 3; n += 1) await api.call("/api/v1/jobs/rollup/run", { method: "POST" });
  await api.call("/api/v1/audit/export", { role: "engineer" });
  await api.call("/api/v1/sites");
  await vi.waitFor(async () => expect((await list("?outcome=refused&action=audit")).total).toBe(1));
  const { items } = await list("?outcome=refused&action=jobs");
  expect(
    items.map(({ actorKind, actor, action, target, detail }) => [actorKind, actor, action, target, detail]),
  ).toEqual([
    ["anonymous", "", "jobs:run", "POST /api/v1/jobs/{name}/run", { code: "auth.not-signed-in" }],
    ["user", "viewer", "jobs:run", "POST /api/v1/jobs/{name}/run", { code: "auth.not-allowed" }],
  ]);
  expect((await list("?outcome=refused&action=sites")).total).toBe(0);
});

test("the list is filtered and paged", async () => {
  const first = await list("?limit=2");
  expect(first.items).toHaveLength(2);
  expect(first.total).toBeGreaterThan(5);
  const second = await list(`?limit=2&cursor=${first.nextCursor}`);
  expect(second.items[0]?.seq).toBe((first.items[1]?.seq ?? 0) - 1);
  expect(second.total).toBe(first.total);
  const all = await list("?limit=500");
  expect(all.nextCursor).toBeNull();
  expect(all.items).toHaveLength(all.total);
  expect((await list("?to=2020-01-01T00:00:00Z")).items).toEqual([]);
  expect((await list("?actor=viewer&outcome=refused")).items.every(({ actor }) => actor === "viewer")).toBe(true);
  for (const query of ["?action=DROP", "?cursor=x", "?limit=501", "?from=yesterday", "?nonsense=1"]) {
    expect((await api.call(`/api/v1/audit${query}`, { role: "engineer" })).status, query).toBe(400);
  }
});

test("the trail is verified, with its public key", async () => {
  const { json } = await api.call("/api/v1/audit/verify", { role: "engineer" });
  const { head } = { head: (await list("?limit=1")).items[0]?.seq };
  expect(json).toMatchObject({ ok: true, rows: head, firstBad: null, checkpoint: null });
  expect((json as { publicKey: string }).publicKey.length).toBeGreaterThan(40);
  await api.audit.checkpointer.checkpoint();
  const { json: signed } = await api.call("/api/v1/audit/verify", { role: "engineer" });
  expect(signed).toMatchObject({ ok: true, checkpoint: { isGood: true } });
});

test("an export is itself written down, is safe for spreadsheets, and holds every entry", async () => {
  await api.audit.trail.record({
    actorKind: "user",
    actor: "=cmd|' /C calc'!A0",
    action: "user:create",
    outcome: "done",
  });
  const csv = await api.call("/api/v1/audit/export", { role: "admin" });
  expect(csv.headers.get("content-disposition")).toMatch(/antbox-audit-\d+T\d+Z\.csv/);
  expect(csv.text.split("\r\n")[0]).toBe("seq,at,actorKind,actor,action,outcome,target,address,detail,prev,hash");
  expect(csv.text).toContain("'=cmd|");
  const { text } = await api.call("/api/v1/audit/export?format=json&action=user", { role: "admin" });
  const lines = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Entry);
  expect(lines.at(-1)).toMatchObject({ actor: "=cmd|' /C calc'!A0", action: "user:create" });
  expect(lines.every(({ action }) => action.startsWith("user:"))).toBe(true);
  const exports = await list("?action=audit:export&outcome=done");
  expect(exports.items.map(({ actor, detail }) => [actor, detail])).toEqual([
    ["admin", { action: "user", format: "json" }],
    ["admin", { format: "csv" }],
  ]);
});

test("no secret of a sign-in is in the trail", async () => {
  await api.call("/api/v1/auth/login", { method: "POST", body: { username: "viewer", password: PASSWORD } });
  await api.call("/api/v1/auth/login", { method: "POST", body: { username: "viewer", password: "a wrong password" } });
  const rows = await api.database.query("select detail from audit.entry");
  expect(JSON.stringify(rows)).not.toMatch(/correct horse|a wrong password|eyJ/);
});

test("without the database nothing is exported, and the trail answers with a problem", async () => {
  await api.loseDatabase();
  for (const path of ["/api/v1/audit", "/api/v1/audit/verify"]) {
    expect((await api.call(path, { role: "admin" })).json, path).toMatchObject({
      status: 503,
      code: "storage.unavailable",
    });
  }
  for (const path of ["/api/v1/audit/export", "/api/v1/export?points=supply_temp_c"]) {
    expect((await api.call(path, { role: "admin" })).status, path).toBe(503);
  }
});
