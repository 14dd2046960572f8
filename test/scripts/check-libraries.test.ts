import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import {
  judgeAdvisories,
  REPLACED_WITHIN_DAYS,
  strangersIn,
  Weaknesses,
} from "../../scripts/libraries/judge-advisories.ts";

const ID = "GHSA-abcd-1234-wxyz";
const ADVISORY = {
  id: 1,
  url: `https://github.com/advisories/${ID}`,
  title: "Leaks everything",
  severity: "high",
  vulnerable_versions: "<2.0.0",
};
let folder: string;
let registry: Server;
let answers: "advisories" | "nothing wrong" | "not allowed";

/** What npm asks for: the advisories of the packages that it names, and what versions there are. */
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "antbox-libraries-"));
  mkdirSync(path.join(folder, "docs"));
  const dependencies = { leaky: "1.0.0" };
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "a", version: "1.0.0", dependencies }));
  const leaky = {
    version: "1.0.0",
    resolved: "https://registry.npmjs.org/leaky/-/leaky-1.0.0.tgz",
    integrity: "sha512-x",
  };
  const packages = { "": { name: "a", version: "1.0.0", dependencies }, "node_modules/leaky": leaky };
  const lock = { name: "a", version: "1.0.0", lockfileVersion: 3, requires: true, packages };
  writeFileSync(path.join(folder, "package-lock.json"), JSON.stringify(lock));
  registry = createServer((request, response) => {
    request.resume();
    if (request.method === "GET") {
      const versions = { "1.0.0": { name: "leaky", version: "1.0.0" }, "2.0.0": { name: "leaky", version: "2.0.0" } };
      response.end(JSON.stringify({ name: "leaky", "dist-tags": { latest: "2.0.0" }, versions }));
    } else if (answers === "not allowed") response.writeHead(405).end();
    else response.end(JSON.stringify(answers === "advisories" ? { leaky: [ADVISORY] } : {}));
  });
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  registry.close();
  rmSync(folder, { recursive: true, force: true });
});

function check(weaknesses: readonly object[] = []): Promise<{ code: number; said: string }> {
  writeFileSync(path.join(folder, "docs", "weaknesses.yaml"), stringify({ weaknesses }));
  const address = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
  return new Promise((resolve) => {
    const env = {
      PATH: `${path.dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
      HOME: folder,
      npm_config_registry: address,
      npm_config_fetch_retries: "0",
      npm_config_cache: path.join(folder, "cache"),
    };
    const script = path.resolve("scripts/check-libraries.ts");
    execFile(process.execPath, [script], { cwd: folder, env }, (error, output, problem) => {
      resolve({ code: error ? Number(error.code) : 0, said: output + problem });
    });
  });
}
const known = (knownSince: string, more = {}) => ({ id: ID, package: "leaky", severity: "high", knownSince, ...more });

test("npm's own word counts: nothing weak, something new, something overdue, something that cannot be reached", async () => {
  answers = "nothing wrong";
  expect(await check()).toMatchObject({ code: 0, said: expect.stringContaining("no library is weaker") });
  answers = "advisories";
  expect(await check()).toMatchObject({
    code: 1,
    said: expect.stringContaining(`unknown: leaky: Leaks everything (high, ${ID})`),
  });
  expect(await check([known("2020-01-01")])).toMatchObject({
    code: 1,
    said: expect.stringContaining("to be replaced by 2020-01-08"),
  });
  const notAffected = "the platform never calls the part that leaks";
  expect(await check([known("2020-01-01", { notAffected })])).toMatchObject({
    code: 0,
    said: expect.stringContaining(notAffected),
  });
}, 60_000);

test("a registry that does not answer is no good news", async () => {
  answers = "not allowed";
  expect(await check()).toMatchObject({ code: 2, said: expect.stringContaining("nothing was checked") });
}, 60_000);

test("a weakness has the time of its severity, to the day", () => {
  const judge = (severity: string, today: string) => {
    const report = { vulnerabilities: { leaky: { via: ["other", { ...ADVISORY, name: "leaky", severity }] } } };
    const { weaknesses } = Weaknesses.parse({ weaknesses: [known("2026-01-01")] });
    return judgeAdvisories(report, { weaknesses }, today)?.map(({ kind }) => kind);
  };
  expect(judge("critical", "2026-01-04")).toEqual(["due"]);
  expect(judge("critical", "2026-01-05")).toEqual(["overdue"]);
  expect(judge("high", "2026-01-09")).toEqual(["overdue"]);
  expect(judge("moderate", "2026-01-31")).toEqual(["due"]);
  expect(judge("low", "2026-04-02")).toEqual(["overdue"]);
  expect(judgeAdvisories({ message: "405" }, { weaknesses: [] }, "2026-01-01")).toBeNull();
});

test("the times are those that are written down, and so are the known weaknesses", () => {
  const text = readFileSync("docs/security.md", "utf8").replace(/\s+/g, " ");
  for (const [severity, days] of Object.entries(REPLACED_WITHIN_DAYS)) {
    expect(text).toMatch(new RegExp(`\\| ${severity}[^|]* \\| ${days} days `));
  }
  expect(() => Weaknesses.parse(parse(readFileSync("docs/weaknesses.yaml", "utf8")))).not.toThrow();
});

test("every library comes from the registry with its hash, and in exactly one version", () => {
  const lock: unknown = JSON.parse(readFileSync("package-lock.json", "utf8"));
  expect(strangersIn(lock)).toEqual([]);
  const { dependencies, devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as Record<
    string,
    Record<string, string>
  >;
  const versions = Object.entries({ ...dependencies, ...devDependencies });
  expect(versions.length).toBeGreaterThan(30);
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

test.for([
  ["another registry", { resolved: "https://registry.example/leaky.tgz", integrity: "sha512-x" }],
  ["a repository", { resolved: "git+ssh://git@github.com/a/leaky.git#abc" }],
  ["no hash", { resolved: "https://registry.npmjs.org/leaky/-/leaky-1.0.0.tgz" }],
  ["a weak hash", { resolved: "https://registry.npmjs.org/leaky/-/leaky-1.0.0.tgz", integrity: "sha1-x" }],
] as const)("a library from %s is a stranger", ([, entry]) => {
  expect(strangersIn({ packages: { "": {}, "node_modules/leaky": entry } })).toEqual(["node_modules/leaky"]);
});
