import { afterAll, beforeAll, expect, test } from "vitest";
import { ROLES } from "../../domain/access/session-user.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";

const PATH = "/api/v1/webhooks";
const URL_WITH_TOKEN = "https://hooks.example.com/in?key=canary-8f1c";
let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi({ sites: [aSite(1)] });
});
afterAll(() => api.close());

type Made = { id: string; secret: string; name: string };
const ask = (method: string, path = "", body?: unknown) =>
  api.call(PATH + path, { method, role: "admin", ...(body === undefined ? {} : { body }) });
async function make(name: string): Promise<Made> {
  const { status, json } = await ask("POST", "", { name, url: URL_WITH_TOKEN, events: ["site.changed"] });
  expect(status).toBe(201);
  return json as Made;
}

test("the secret is shown once, at the creation", async () => {
  const made = await make("once");
  expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const answers = [await ask("GET"), await ask("PATCH", `/${made.id}`, { isEnabled: false })];
  for (const { text } of answers) {
    expect(text).toContain(made.id);
    expect(text).not.toContain(made.secret.slice(6));
  }
});

test("the address is shown to nobody without the permission, and stands in no line of the audit trail", async () => {
  const { id } = await make("hidden");
  await ask("PATCH", `/${id}`, { url: `${URL_WITH_TOKEN}-2` });
  for (const role of ROLES.filter((one) => one !== "admin")) {
    for (const [method, path] of [
      ["GET", ""],
      ["PATCH", `/${id}`],
      ["POST", `/${id}/test`],
      ["GET", `/${id}/deliveries`],
    ] as const) {
      const body = method === "PATCH" ? { body: { name: "x" } } : {};
      const { status, text } = await api.call(PATH + path, { method, role, ...body });
      expect([status, text.includes("canary-8f1c")]).toEqual([403, false]);
    }
  }
  const rows = await api.database.query("select detail, target from audit.entry where action like 'webhook:%'");
  expect(JSON.stringify(rows)).toContain("hidden");
  expect(JSON.stringify(rows)).not.toContain("canary-8f1c");
});

test("is changed, listed and removed", async () => {
  const { id } = await make("changing");
  const { json } = await ask("PATCH", `/${id}`, { name: "changed", events: ["user.changed", "flows.deployed"] });
  expect(json).toMatchObject({
    name: "changed",
    events: ["user.changed", "flows.deployed"],
    isEnabled: true,
    url: URL_WITH_TOKEN,
  });
  const list = (await ask("GET")).json as { items: { id: string }[]; kinds: { name: string }[] };
  expect(list.items.map((one) => one.id)).toContain(id);
  expect(list.kinds.map(({ name }) => name)).toContain("site.changed");
  expect((await ask("DELETE", `/${id}`)).status).toBe(204);
  expect((await ask("DELETE", `/${id}`)).json).toMatchObject({ code: "webhook.not-found" });
});

test("a test event stands in the log, page by page", async () => {
  const { id } = await make("tested");
  const eventIds: string[] = [];
  for (let n = 0; n < 3; n += 1) {
    eventIds.unshift(((await ask("POST", `/${id}/test`)).json as { eventId: string }).eventId);
  }
  type Page = { items: { eventId: string; state: string }[]; nextCursor: string | null; total: number };
  const first = (await ask("GET", `/${id}/deliveries?limit=2`)).json as Page;
  const second = (await ask("GET", `/${id}/deliveries?limit=2&cursor=${first.nextCursor}`)).json as Page;
  expect([...first.items, ...second.items].map(({ eventId }) => eventId)).toEqual(eventIds);
  expect([first.total, second.nextCursor, first.items[0]?.state]).toEqual([3, null, "waiting"]);
});

test("one that is switched off is not tested", async () => {
  const { id } = await make("off");
  await ask("PATCH", `/${id}`, { isEnabled: false });
  expect((await ask("POST", `/${id}/test`)).json).toMatchObject({ code: "webhook.disabled" });
});

test("a name is taken once", async () => {
  const { id } = await make("first");
  await make("second");
  expect((await ask("PATCH", `/${id}`, { name: "second" })).json).toMatchObject({ code: "webhook.name-taken" });
  expect((await ask("POST", "", { name: "first", url: URL_WITH_TOKEN, events: ["site.changed"] })).status).toBe(409);
});

test.for([
  ["http://hooks.example.com/", "https to a public address"],
  ["https://127.0.0.1/", "https to a public address"],
  ["https://10.1.101.1/", "https to a public address"],
  ["ftp://hooks.example.com/", "http or https"],
  ["https://user:password@hooks.example.com/", "no user name"],
  ["nonsense", "http or https"],
] as const)("%s is refused as an address", async ([url, words]) => {
  const { status, text } = await ask("POST", "", { name: "refused", url, events: ["site.changed"] });
  expect(status).toBe(400);
  expect(text).toContain(words);
  expect((await ask("PATCH", "/00000000-0000-4000-8000-000000000000", { url })).status).toBe(400);
});

test.for([
  { name: "x", url: URL_WITH_TOKEN, events: [] },
  { name: "x", url: URL_WITH_TOKEN, events: ["site.exploded"] },
  { name: "", url: URL_WITH_TOKEN, events: ["site.changed"] },
  { name: "x", url: URL_WITH_TOKEN, events: ["site.changed"], secret: "whsec_mine" },
])("%j is refused", async (body) => {
  expect((await ask("POST", "", body)).status).toBe(400);
});
