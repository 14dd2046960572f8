import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { SiteImportReport } from "../../domain/sites/site-import.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";
import type { Answer } from "./call-api.ts";
import { PASSWORD } from "./test-database.ts";

let api: ApiUnderTest;
/** Of several engineers, in turn: one of them may not send so many files in a minute. */
const tokens: string[] = [];
beforeAll(async () => {
  api = await startApi({ sites: [1, 2, 3].map((n) => aSite(n)) });
  for (let n = 0; n < 8; n += 1) {
    await api.database.query(
      `insert into user_account (username, password_hash, role)
       select $1::text, password_hash, 'engineer' from user_account where username = 'engineer'`,
      [`engineer-${n}`],
    );
    const body = { username: `engineer-${n}`, password: PASSWORD };
    const { json } = await api.call("/api/v1/auth/login", { method: "POST", body });
    tokens.push((json as { accessToken: string }).accessToken);
  }
});
afterAll(() => api.close());

const YAML = "application/yaml";
const row = (id: string, more = "") =>
  `  - id: ${id}\n    name: Site ${id}\n    controller: { url: http://10.1.101.5, profile: bitmain-antbox-hk3 }\n${more}`;
const codeOf = ({ status, json }: Answer) => [status, (json as { code?: string }).code];
let turn = 0;
function send(text: string | Uint8Array, { dryRun = false, type = YAML } = {}): Promise<Answer> {
  turn += 1;
  return api.call(`/api/v1/sites/import?dryRun=${dryRun}`, {
    method: "POST",
    rawBody: text,
    headers: { "content-type": type, authorization: `Bearer ${tokens[turn % tokens.length]}` },
  });
}
async function tryOut(text: string, type = YAML): Promise<SiteImportReport> {
  const { json, status, text: said } = await send(text, { dryRun: true, type });
  expect(status, said).toBe(200);
  return json as SiteImportReport;
}
const stored = async () => (await api.database.query("select code from site order by code")).map(({ code }) => code);
const exported = async (format: "yaml" | "json") => {
  const { text, headers } = await api.call(`/api/v1/sites/export?format=${format}`, { role: "admin" });
  return { text, headers };
};

test("a trial says what would be done, row by row, and does nothing", async () => {
  const before = await stored();
  const { text: known } = await exported("yaml");
  const changed = known.replace("name: 站点 2", "name: 二号").concat(row("site-new", "    interval_s: 20\n"));
  const report = await tryOut(changed);
  expect(report).toMatchObject({ isDryRun: true, isApplied: false, added: 1, changed: 1, unchanged: 2, errors: 0 });
  expect(report.rows.map(({ id, verdict, changes }) => [id, verdict, changes])).toEqual([
    ["site-new", "added", []],
    ["site-002", "changed", ["name"]],
    ["site-001", "unchanged", []],
    ["site-003", "unchanged", []],
  ]);
  expect(report.rows[0]?.line).toBe(changed.split("\n").indexOf("  - id: site-new") + 1);
  expect(await stored()).toEqual(before);
});

test("what is exported comes back as it was, in both formats", async () => {
  for (const format of ["yaml", "json"] as const) {
    const { text, headers } = await exported(format);
    expect(headers.get("content-disposition")).toMatch(new RegExp(`antbox-sites-\\d{8}T\\d{6}Z\\.${format}`));
    expect((parse(text) as { sites: unknown[] }).sites).toHaveLength((await stored()).length);
    const report = await tryOut(text, format === "yaml" ? YAML : "application/json");
    expect(report).toMatchObject({ added: 0, changed: 0, errors: 0, unlisted: 0 });
  }
  const { json } = await api.call("/api/v1/audit?action=site:export", { role: "admin" });
  expect((json as { items: { detail: unknown }[] }).items[0]?.detail).toEqual({ format: "json", sites: 3 });
});

test("an import is applied as a whole, counted and written down, and can be sent again", async () => {
  const text = `sites:\n${row("imp-1")}${row("imp-2", "    camera: { url: http://10.2.101.5/a.m3u8 }\n")}`;
  const { json, text: said } = await send(text);
  expect(json).toMatchObject({ isApplied: true, added: 2, unlisted: 3 });
  expect(said).not.toMatch(/10\.[12]\.101/);
  expect((await api.call("/api/v1/sites/imp-2", { role: "viewer" })).json).toMatchObject({ name: "Site imp-2" });
  expect((await send(text)).json).toMatchObject({ added: 0, changed: 0, unchanged: 2 });
  const { json: trail } = await api.call("/api/v1/audit?action=site:import", { role: "admin" });
  const { items } = trail as { items: { detail: { part: string; sites: Record<string, unknown> } }[] };
  expect(items).toHaveLength(1);
  expect(items[0]?.detail.sites["imp-2"]).toMatchObject({ before: null, after: { cameraUrl: "(set)" } });
});

test("one bad row, and nothing is applied", async () => {
  const before = await stored();
  const answer = await send(`sites:\n${row("good-1")}${row("bad-1", "    interval_s: often\n")}${row("good-2")}`);
  expect(codeOf(answer)).toEqual([400, "inventory.invalid"]);
  expect((answer.json as { detail: string }).detail).toBe(
    "nothing was applied: row 2, line 5: interval_s: must be a number",
  );
  expect(await stored()).toEqual(before);
});

test("every bad row is named with line, field, value and what is allowed, in both languages", async () => {
  const report = await tryOut(
    [
      "sites:",
      row("Bad Id").trimEnd(),
      row("a-1", "    intervall_s: 5\n").trimEnd(),
      row("a-2").replace("bitmain-antbox-hk3", "acme").trimEnd(),
      row("a-3").replace("http://10.1.101.5", "http://user:pw@10.1.101.5").trimEnd(),
      row("a-4").trimEnd(),
      row("a-4").trimEnd(),
      row("export").trimEnd(),
      row("a-5", "    location: { lat: 91, lon: 1 }\n").trimEnd(),
      "  - id: a-6",
      "  - just text",
      "  -",
    ].join("\n"),
  );
  expect(report.errors).toBe(10);
  const said = Object.fromEntries(report.rows.map(({ row: n, line, problems }) => [n, { line, problems }]));
  const problem = (n: number) => said[n]?.problems[0];
  expect([1, 2, 3, 4, 6, 7, 8, 9, 10, 11].map((n) => [n, problem(n)?.field, problem(n)?.value])).toEqual([
    [1, "id", '"Bad Id"'],
    [2, "intervall_s", null],
    [3, "controller.profile", "acme"],
    [4, "controller.url", null],
    [6, "id", "a-4"],
    [7, "id", "export"],
    [8, "location.lat", "91"],
    [9, "name", null],
    [10, "(row)", '"just text"'],
    [11, "(row)", "null"],
  ]);
  expect(said[2]?.line).toBe(5);
  expect(problem(8)?.allowed).toEqual({ en: "must be at most 90", "zh-CN": "不得大于 90" });
  expect(JSON.stringify(report)).not.toContain("10.1.101");
  for (const { problems } of Object.values(said)) {
    for (const { allowed } of problems) expect(allowed["zh-CN"]).toMatch(/\p{Script=Han}/u);
  }
});

describe("a hostile file", () => {
  let before: unknown[];
  beforeEach(async () => {
    before = await stored();
  });

  const bomb = () => {
    const levels = Array.from({ length: 9 }, (_, n) => {
      const own = String.fromCharCode(98 + n);
      return `${own}: &${own} [${Array(9)
        .fill(`*${String.fromCharCode(97 + n)}`)
        .join(",")}]`;
    });
    return `a: &a [x,x,x,x,x,x,x,x,x]\n${levels.join("\n")}\nsites: *j\n`;
  };
  const CASES: readonly (readonly [name: string, text: () => string | Uint8Array])[] = [
    ["aliases that blow up", bomb],
    ["60,000 keys", () => Array.from({ length: 60_000 }, (_, n) => `k${n}: 1`).join("\n")],
    ["brackets 50,000 deep", () => "[".repeat(50_000)],
    ["a prototype in JSON", () => '{"__proto__": {"sites": []}, "sites": []}'],
    ["a prototype in YAML", () => "__proto__: { sites: [] }\n"],
    ["a list without a key", () => "- id: a\n"],
    ["no list", () => "sites: { a: 1 }\n"],
    ["an empty list", () => "sites: []\n"],
    ["nothing", () => " "],
    ["a zero byte", () => `sites:\n${row("a")}\0`],
    ["bytes that are no UTF-8", () => Uint8Array.from([0x73, 0x69, 0xff, 0xfe, 0x00])],
    ["the same key twice", () => `sites:\n${row("a", "    name: again\n")}`],
    ["a broken line", () => "sites:\n  - id: 'a\n"],
    ["20,001 rows", () => JSON.stringify({ sites: Array.from({ length: 20_001 }, () => ({})) })],
  ];
  test.for(CASES)("with %s is refused in time, and changes nothing", { timeout: 40_000 }, async ([, text]) => {
    const loop = watchLoop();
    const answer = await send(text(), { dryRun: true });
    expect(codeOf(answer)).toEqual([400, "inventory.invalid"]);
    expect(loop.longestMs()).toBeLessThan(3_000);
    expect(await stored()).toEqual(before);
  });

  test("of 10 MB is too large", async () => {
    expect(codeOf(await send("#".repeat(10 * 1024 ** 2), { dryRun: true }))).toEqual([413, "request.too-large"]);
  });

  test("cannot give its rows a prototype", async () => {
    const text = `{"sites": [{"id": "a", "name": "A", "__proto__": {"enabled": false}, "controller": {"url": "http://10.1.101.5", "profile": "bitmain-antbox-hk3", "constructor": {"prototype": {}}}}]}`;
    const report = await tryOut(text, "application/json");
    expect(report.errors).toBe(1);
    expect(report.rows[0]?.problems.map(({ field }) => field).sort()).toContain("controller.constructor");
    expect(({} as { enabled?: boolean }).enabled).toBeUndefined();
  });

  test("of another type is not read", async () => {
    expect(codeOf(await send("sites: []", { type: "text/html" }))).toEqual([415, "request.unsupported-type"]);
  });
});

/** How long nothing else could run. */
function watchLoop() {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 20);
  timer.unref();
  return {
    longestMs() {
      clearInterval(timer);
      return longest;
    },
  };
}
