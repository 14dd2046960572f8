import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { GRANTABLE_PERMISSIONS } from "../../domain/access/service-token.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";
import { PASSWORD } from "./test-database.ts";

let api: ApiUnderTest;
let offsetMs = 0;
let admin = {};

beforeAll(async () => {
  api = await startApi({ sites: [aSite(1), aSite(2)], clock: () => Date.now() + offsetMs });
  await signIn();
});
beforeEach(() => api.database.query("delete from service_token"));
afterAll(() => api.close());

type Shown = { id: string; token: string; name: string };
const PATH = "/api/v1/service-tokens";
const WANTED = { name: "erp", permissions: ["sites:read"], expiresInDays: 30 };

const create = (body: object) => api.call(PATH, { method: "POST", headers: admin, body });
async function make(body: object = WANTED): Promise<Shown> {
  const { status, json } = await create(body);
  expect(status).toBe(201);
  return json as Shown;
}
const get = (path: string, token: string) => api.call(path, { headers: { authorization: `Bearer ${token}` } });
const revoke = (id: string) => api.call(`${PATH}/${id}`, { method: "DELETE", headers: admin });
const list = async () =>
  (await api.call(PATH, { headers: admin })).json as { items: Record<string, unknown>[]; total: number };
const entries = () => api.audit.book.list({}, { before: null, limit: 20 });

test("a token may do what it was given, and nothing else; it is shown once", async () => {
  const { token, ...shown } = await make();
  expect(token).toMatch(/^abx_[\w-]{43}$/);
  expect(shown).toMatchObject({
    name: "erp",
    permissions: ["sites:read"],
    scope: null,
    createdBy: "admin",
    revokedAt: null,
  });
  expect((await get("/api/v1/sites", token)).status).toBe(200);
  const refused = await get("/api/v1/snapshots", token);
  expect([refused.status, refused.json]).toEqual([403, expect.objectContaining({ code: "auth.not-allowed" })]);
  expect((await get("/api/v1/auth/me", token)).status).toBe(403);
  const { items, total } = await list();
  expect([items.length, total]).toEqual([1, 1]);
  expect(JSON.stringify(items)).not.toContain(token);
});

test("only its hash is stored, and neither is in the audit trail", async () => {
  const { token } = await make();
  const rows = await api.database.query("select t::text as all_of_it from service_token t");
  const trail = await api.database.query("select e::text as all_of_it from audit.entry e");
  for (const form of [token, token.slice(4), Buffer.from(token.slice(4), "base64url").toString("hex")]) {
    expect(JSON.stringify([rows, trail])).not.toContain(form);
  }
});

test("it works as a bearer only, never as a cookie", async () => {
  const { token } = await make();
  expect((await api.call("/api/v1/sites", { cookie: `antbox_access=${token}` })).status).toBe(401);
});

test("a token for a region sees the sites of that region", async () => {
  const region = aSite(1).region;
  const { token } = await make({ ...WANTED, scope: { regions: [region] } });
  const { json } = await get("/api/v1/sites", token);
  expect((json as { items: { region: string }[] }).items.every((site) => site.region === region)).toBe(true);
});

test.for([
  "users:read",
  "users:manage",
  "tokens:manage",
  "flows:read",
  "flows:edit",
  "account:read",
  "account:write",
  "root",
  "",
])("%s cannot be given to a token", async (permission) => {
  const { status, json } = await create({ ...WANTED, permissions: [permission] });
  expect([status, json]).toEqual([400, expect.objectContaining({ code: "request.invalid" })]);
});

test.for([
  { name: "no permission", body: { ...WANTED, permissions: [] } },
  { name: "a permission twice", body: { ...WANTED, permissions: ["sites:read", "sites:read"] } },
  { name: "more than a year", body: { ...WANTED, expiresInDays: 367 } },
  { name: "no end", body: { name: "erp", permissions: ["sites:read"] } },
  { name: "a name for a person", body: { ...WANTED, name: "Li Wei" } },
  {
    name: "a permission for the whole fleet, for a part of it",
    body: { ...WANTED, permissions: ["metrics:read"], scope: { sites: ["site-001"] } },
  },
])("refused: $name", async ({ body }) => {
  expect((await create(body)).status).toBe(400);
});

test("a stored permission that may no longer be granted counts for nothing", async () => {
  const { token, id } = await make();
  await api.database.query("update service_token set permissions = '{users:manage,sites:read}' where id = $1::uuid", [
    id,
  ]);
  await settled();
  expect((await get("/api/v1/users", token)).status).not.toBe(200);
  expect((await get("/api/v1/sites", token)).status).toBe(200);
  expect(GRANTABLE_PERMISSIONS).not.toContain("users:manage");
});

test("two living tokens do not share a name; after a revocation, and after its end, it is free again", async () => {
  const { id } = await make();
  const taken = await create(WANTED);
  expect([taken.status, taken.json]).toEqual([409, expect.objectContaining({ code: "token.name-taken" })]);
  expect((await revoke(id)).status).toBe(204);
  await make();
  offsetMs += 31 * 86_400_000;
  await signIn();
  await make();
});

test("revoked here it is refused at once; revoked elsewhere within two seconds, on REST and on its socket", async () => {
  const own = await make();
  expect((await get("/api/v1/sites", own.token)).status).toBe(200);
  expect((await revoke(own.id)).status).toBe(204);
  expect((await get("/api/v1/sites", own.token)).status).toBe(401);
  expect((await revoke(own.id)).status).toBe(404);

  const { token, id } = await make({ ...WANTED, name: "live", permissions: ["sites:read", "live:subscribe"] });
  const socket = new WebSocket(`${api.url.replace("http", "ws")}/api/v1/live`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  await api.database.query("update service_token set revoked_at = now() where id = $1::uuid", [id]);
  await expect
    .poll(async () => (await get("/api/v1/sites", token)).status, { timeout: 10_000, interval: 50 })
    .toBe(401);
  expect(await closed).toBe(4401);
});

test("it ends when it was said to, by the clock alone", async () => {
  const { token } = await make({ ...WANTED, expiresInDays: 1 });
  expect((await get("/api/v1/sites", token)).status).toBe(200);
  offsetMs += 86_400_000;
  expect((await get("/api/v1/sites", token)).status).toBe(401);
  await signIn();
});

test("its use is noted at most once a minute", async () => {
  const { token, id } = await make();
  const lastUsedAt = async () => (await list()).items.find((one) => one["id"] === id)?.["lastUsedAt"] ?? null;
  await get("/api/v1/sites", token);
  await expect.poll(lastUsedAt, { timeout: 10_000 }).not.toBeNull();
  const first = await lastUsedAt();
  offsetMs += 30_000;
  await get("/api/v1/sites", token);
  await settled();
  expect(await lastUsedAt()).toBe(first);
  offsetMs += 31_000;
  await expect.poll(lastUsedAt, { timeout: 10_000 }).not.toBe(first);
});

test("making and revoking one stands in the audit trail", async () => {
  const { id } = await make({ ...WANTED, name: "audited" });
  await revoke(id);
  const { items } = await entries();
  expect(items.slice(0, 2)).toEqual([
    expect.objectContaining({ actor: "admin", action: "token:revoke", target: "audited", outcome: "done" }),
    expect.objectContaining({ actor: "admin", action: "token:create", target: "audited", outcome: "done" }),
  ]);
});

test("a token that cannot be audited does not come about", async () => {
  await api.database.query("alter table audit.entry rename to entry_away");
  try {
    expect((await create({ ...WANTED, name: "unseen" })).status).toBe(503);
  } finally {
    await api.database.query("alter table audit.entry_away rename to entry");
  }
  const [row] = await api.database.query("select revoked_at from service_token where name = 'unseen'");
  expect(row?.["revoked_at"]).toBeInstanceOf(Date);
});

test("while the database is away, tokens that were read go on; none is made", async () => {
  const { token } = await make({ ...WANTED, name: "steady" });
  await api.loseDatabase();
  expect((await get("/api/v1/sites", token)).status).toBe(200);
  expect((await create({ ...WANTED, name: "late" })).status).toBe(503);
});

/** The next reading of the tokens has come and gone. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 2_200));
}

/** After each jump of the clock: the session is over by then. */
async function signIn(): Promise<void> {
  const body = { username: "admin", password: PASSWORD };
  const { json } = await api.call("/api/v1/auth/login", { method: "POST", body });
  admin = { authorization: `Bearer ${(json as { accessToken: string }).accessToken}` };
}
