import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { PROFILES } from "../../domain/profiles/index.ts";
import type { SiteConfiguration } from "../../domain/sites/site-change.ts";
import { type RunningSimulator, startSimulator } from "../../simulator/simulator.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";
import type { Answer, CallOptions } from "./call-api.ts";
import { PASSWORD } from "./test-database.ts";

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi({ sites: [1, 2, 3, 4].map((n) => aSite(n)) });
});
afterAll(() => api.close());

const ENTRY = {
  id: "new-site",
  name: "新站点",
  region: "north",
  zone: "zone-9",
  controller: { url: "http://10.1.101.77", profile: "bitmain-antbox-hk3" },
};
const codeOf = ({ status, json }: Answer) => [status, (json as { code?: string }).code];
const as = (role: CallOptions["role"], own: Omit<CallOptions, "role"> = {}) => ({ ...(role ? { role } : {}), ...own });
const post = (path: string, body: unknown, own: Omit<CallOptions, "body"> = {}) =>
  api.call(path, { method: "POST", role: "engineer", ...own, body });

async function configuration(id: string): Promise<{ etag: string; body: SiteConfiguration }> {
  const { headers, json } = await api.call(`/api/v1/sites/${id}/configuration`, { role: "engineer" });
  return { etag: headers.get("etag") ?? "", body: json as SiteConfiguration };
}
const patch = (id: string, etag: string | null, body: unknown, own: Omit<CallOptions, "body"> = {}) =>
  api.call(`/api/v1/sites/${id}`, {
    method: "PATCH",
    role: "engineer",
    ...own,
    headers: { ...(etag === null ? {} : { "if-match": etag }), ...own.headers },
    body,
  });

type AuditItem = { action: string; outcome: string; target: string; actor: string; detail: Record<string, unknown> };
async function auditOf(query: string): Promise<AuditItem[]> {
  const { json } = await api.call(`/api/v1/audit?${query}`, { role: "admin" });
  return (json as { items: AuditItem[] }).items;
}

/** A person with a limit, signed in. */
async function limited(username: string, scope: unknown): Promise<Record<string, string>> {
  await api.database.query(
    `insert into user_account (username, password_hash, role, scope)
     select $1::text, password_hash, 'engineer', $2::jsonb from user_account where username = 'engineer'`,
    [username, JSON.stringify(scope)],
  );
  const { json } = await post("/api/v1/auth/login", { username, password: PASSWORD }, { role: undefined as never });
  return { authorization: `Bearer ${(json as { accessToken: string }).accessToken}` };
}

describe("a site", () => {
  test("is added, seen at once, and written down without its address", async () => {
    const added = await post("/api/v1/sites", ENTRY);
    expect(added.status).toBe(201);
    expect(added.json).toMatchObject({ id: "new-site", version: 1, managedBy: null, controller: { isSet: true } });
    expect(added.text).not.toContain("10.1.101");
    expect((await api.call("/api/v1/sites/new-site", as("viewer"))).json).toMatchObject({
      name: "新站点",
      enabled: true,
    });
    expect(codeOf(await post("/api/v1/sites", ENTRY))).toEqual([409, "inventory.exists"]);
    const [entry] = await auditOf("action=site:create&target=new-site");
    expect(entry).toMatchObject({ outcome: "done", actor: "engineer" });
    expect(entry?.detail).toMatchObject({ before: null, after: { id: "new-site", controllerUrl: "(set)" } });
  });

  test.for([
    ["an address with credentials", { controller: { ...ENTRY.controller, url: "http://u:p@10.1.101.9" } }],
    ["an address of another kind", { controller: { ...ENTRY.controller, url: "file:///etc/passwd" } }],
    ["no address at all", { controller: { ...ENTRY.controller, url: "nonsense" } }],
    [
      "the address where clouds keep credentials",
      { controller: { ...ENTRY.controller, url: "http://169.254.169.254/" } },
    ],
    ["the same, written as a number", { controller: { ...ENTRY.controller, url: "http://2852039166/" } }],
    ["the same, in IPv6", { controller: { ...ENTRY.controller, url: "http://[::ffff:169.254.169.254]/" } }],
    ["a multicast address", { controller: { ...ENTRY.controller, url: "http://239.1.1.1/" } }],
    ["an unknown profile", { controller: { ...ENTRY.controller, profile: "acme" } }],
    ["an id that the address of the API needs", { id: "export" }],
    ["a name of two lines", { name: "a\nb" }],
    ["a name with a zero byte", { name: "a\0b" }],
    ["half a surrogate pair", { name: "a\ud800" }],
    ["a prototype", JSON.parse('{"__proto__": {"isAdmin": true}}')],
    ["an unknown key", { constructor: {} }],
  ])("is not added with %s", async ([, own]) => {
    const answer = await post("/api/v1/sites", { ...ENTRY, id: "refused", ...(own as object), ...protoOf(own) });
    expect(codeOf(answer)).toEqual([400, "request.invalid"]);
    expect(answer.text).not.toMatch(/10\.1\.101|169\.254/);
  });
  // A spread would lose it, and JSON.stringify would write it: a client can send it.
  const protoOf = (own: unknown) =>
    Object.hasOwn(own as object, "__proto__") ? JSON.parse('{"hidden": 1, "__proto__": {}}') : {};

  test("is changed by whoever has seen its present state, and by nobody else", async () => {
    expect(codeOf(await patch("site-001", null, { name: "x" }))).toEqual([428, "request.precondition-required"]);
    expect(codeOf(await patch("site-001", '"old"', { name: "x" }))).toEqual([412, "request.precondition-failed"]);
    const { etag, body } = await configuration("site-001");
    expect(body).toMatchObject({ controller: { isSet: true, profile: "bitmain-antbox-hk3" }, camera: { isSet: true } });
    const change = { name: "改名", interval_s: 30, location: null, camera: { queries: true } };
    const changed = await patch("site-001", etag, change);
    const camera = { isSet: true, queries: true };
    expect(changed.json).toMatchObject({ ...change, camera, version: body.version + 1 });
    expect(changed.headers.get("etag")).toBe((await configuration("site-001")).etag);
    expect(codeOf(await patch("site-001", etag, { name: "late" }))).toEqual([412, "request.precondition-failed"]);
    const [entry] = await auditOf("action=site:update&target=site-001");
    expect(entry?.detail).toEqual({
      before: { name: "站点 1", location: { lat: 24.45, lon: 54.38 }, intervalS: null, cameraQueries: false },
      after: { name: "改名", location: null, intervalS: 30, cameraQueries: true },
    });
  });

  test("of twenty changes at once on the same state one is made", async () => {
    const { etag } = await configuration("site-002");
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => patch("site-002", etag, { name: `n${n}` })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(19);
  });

  test("keeps its address when none is sent, and its tag changes when a new one is", async () => {
    const before = await configuration("site-003");
    const moved = await patch("site-003", before.etag, { controller: { url: "http://10.1.101.200" }, camera: null });
    expect(moved.json).toMatchObject({ controller: { profile: "bitmain-antbox-hk3" }, camera: { isSet: false } });
    const after = await configuration("site-003");
    expect(after.etag).not.toBe(before.etag);
    await patch("site-003", after.etag, { enabled: false });
    const [row] = await api.database.query("select controller_url, enabled from site where code = 'site-003'");
    expect(row).toEqual({ controller_url: "http://10.1.101.200", enabled: false });
    const [, entry] = await auditOf("action=site:update&target=site-003");
    expect(entry?.detail).toEqual({
      before: { controllerUrl: "(changed)", cameraUrl: "(set)" },
      after: { controllerUrl: "(changed)", cameraUrl: null },
    });
  });

  test("a change that changes nothing is no change", async () => {
    const { etag, body } = await configuration("site-004");
    expect((await patch("site-004", etag, { name: "站点 4" })).json).toMatchObject({ version: body.version });
    expect(await auditOf("action=site:update&target=site-004")).toEqual([]);
  });
});

describe("somebody with a limit", () => {
  test("adds, sees and changes sites of it, and moves none across its border", async () => {
    const headers = await limited("north-only", { regions: ["north"], zones: [], sites: ["site-004"] });
    const own = { role: undefined as never, headers };
    expect((await post("/api/v1/sites", { ...ENTRY, id: "north-1" }, own)).status).toBe(201);
    expect(codeOf(await post("/api/v1/sites", { ...ENTRY, id: "south-1", region: "south" }, own))).toEqual([
      403,
      "auth.out-of-scope",
    ]);
    // An id that exists elsewhere tells nothing either.
    expect(codeOf(await post("/api/v1/sites", { ...ENTRY, id: "site-002", region: "south" }, own))[0]).toBe(403);
    expect(codeOf(await patch("site-002", "*", { name: "x" }, own))).toEqual([404, "site.not-found"]);
    expect(codeOf(await patch("site-001", "*", { region: "south" }, own))).toEqual([403, "auth.out-of-scope"]);
    // It is theirs by its id, and stays where it is.
    expect((await patch("site-004", "*", { name: "mine" }, own)).status).toBe(200);
    expect(codeOf(await patch("site-004", "*", { region: "west" }, own))).toEqual([403, "auth.out-of-scope"]);
    expect((await patch("site-004", "*", { region: "north" }, own)).status).toBe(200);
  });

  test("imports only what is theirs, and learns of nothing else", async () => {
    const headers = await limited("zone-only", { regions: [], zones: ["zone-9"], sites: [] });
    const rows = [
      { ...ENTRY, id: "z-1" },
      { ...ENTRY, id: "site-001", zone: "zone-9" },
      { ...ENTRY, id: "z-2", zone: "zone-1" },
    ];
    const { json } = await post(
      "/api/v1/sites/import?dryRun=true",
      { sites: rows },
      { role: undefined as never, headers },
    );
    expect(json).toMatchObject({ added: 1, errors: 2, unlisted: 2 });
    const said = (json as { rows: { id: string; problems: { allowed: { en: string } }[] }[] }).rows.slice(0, 2);
    expect(new Set(said.map(({ problems }) => problems[0]?.allowed.en)).size).toBe(1);
  });
});

describe("a connection", () => {
  let fleet: RunningSimulator;
  let sites: { id: string; controller: { url: string; profile: string } }[];
  beforeAll(async () => {
    const dialects = [
      ["a", 1],
      ["immersion", 1],
      ["b", 1],
      ["c", 1],
    ] as const;
    fleet = await startSimulator({ sites: 4, port: 0, dialects, seed: 3, warmUpS: 600 });
    sites = (parse(fleet.sitesFile) as { sites: typeof sites }).sites;
  });
  afterAll(() => fleet.close());

  type Result = {
    isReachable: boolean;
    cause: string | null;
    best: string | null;
    latencyMs: number | null;
    fits: { profile: string; failedRequests: Record<string, string>; reasons: { en: string }[] }[];
    examination: { snapshot: { values: Record<string, unknown> }; remarks: unknown[] } | null;
  };
  let turn = 0;
  /** Each with a token of its own: the limit is per user. */
  async function connect(body: unknown): Promise<{ answer: Answer; result: Result }> {
    turn += 1;
    const headers = await limited(`tester-${turn}`, null);
    const answer = await post("/api/v1/sites/test-connection", body, { role: undefined as never, headers });
    return { answer, result: answer.json as Result };
  }

  test("says which profile fits each of the four dialects, and why", async () => {
    expect(new Set(sites.map(({ controller }) => controller.profile)).size).toBe(4);
    for (const { controller } of sites) {
      const { answer, result } = await connect({ url: controller.url });
      expect(result.best, JSON.stringify(result.fits[0])).toBe(controller.profile);
      expect(result).toMatchObject({ isReachable: true, cause: null });
      expect(result.fits).toHaveLength(PROFILES.length);
      expect(result.fits[0]?.reasons.map(({ en }) => en)).toContain("the reply has the marks of this model");
      expect(result.examination?.snapshot.values).toHaveProperty("supply_temp_c");
      expect(answer.text).not.toContain("127.0.0.1");
    }
  });

  test("of a known site is tested without its address, and with the profile that is asked for", async () => {
    const added = { ...ENTRY, id: "tested", controller: sites[0]?.controller };
    expect((await post("/api/v1/sites", added)).status).toBe(201);
    const { result } = await connect({ siteId: "tested", profile: "x-nested-x10" });
    expect(result.best).toBe(sites[0]?.controller.profile);
    expect(result.examination).toMatchObject({ snapshot: { profile: "x-nested-x10@1" } });
    const [entry] = await auditOf("action=site:test-connection&target=tested");
    expect(entry?.outcome).toBe("done");
  });

  test("to nobody is told by its cause", async () => {
    const { result } = await connect({ url: "http://127.0.0.1:1" });
    expect(result).toEqual({
      isReachable: false,
      cause: "refused",
      latencyMs: null,
      best: null,
      fits: [],
      examination: null,
    });
    expect((await connect({ url: "http://no-such-host.invalid" })).result.cause).toBe("dns");
  });

  test("to something else than a controller is reachable, and nothing fits", async () => {
    const { result } = await connect({ url: `${api.url}/healthz` });
    expect(result).toMatchObject({ isReachable: true, best: null, examination: null });
  });

  test("with a controller that hangs takes no longer than its budget", async () => {
    await fleet.addFault({ sites: "all", kind: "timeout" });
    const { result } = await connect({ url: sites[1]?.controller.url });
    expect(result).toMatchObject({ isReachable: true, cause: "timeout", best: null });
    await fleet.removeFaults();
  });

  test.for([
    [{ url: "http://169.254.169.254/latest/meta-data" }],
    [{ url: "ftp://10.1.101.1" }],
    [{ url: "http://u:p@10.1.101.1" }],
    [{ url: "http://10.1.101.1", siteId: "site-001" }],
    [{}],
  ])("is refused for %j", async ([body]) => {
    const { answer } = await connect(body);
    expect(codeOf(answer)).toEqual([400, "request.invalid"]);
    expect(answer.text).not.toMatch(/10\.1\.101|169\.254/);
  });

  test("is tested ten times a minute and person, not more", async () => {
    const headers = await limited("impatient", null);
    const ask = () =>
      post("/api/v1/sites/test-connection", { url: "http://127.0.0.1:1" }, { role: undefined as never, headers });
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1) statuses.push((await ask()).status);
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(200));
    expect(statuses.slice(10)).toEqual([429, 429]);
  });
});

test("tells version and licences", async () => {
  const { json } = await api.call("/api/v1/about", as("viewer"));
  expect(json).toMatchObject({ version: "0.1.0", node: process.versions.node, licences: [{ name: "zod" }] });
});

test("no answer of these tests holds a private address", () => {
  expect(api.seen.filter((text) => /10\.1\.101\./.test(text))).toEqual([]);
});
