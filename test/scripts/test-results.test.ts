import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { failedFiles, listFailures, readTally, readTallyWithAgain } from "../../scripts/test-results.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(path.join(tmpdir(), "antbox-results-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Files = Readonly<Record<string, readonly string[]>>;

/** As vitest's JSON reporter leaves it: by file the outcomes of its tests; a file without any could not be loaded. */
function written(name: string, files: Files): string {
  const all = Object.values(files).flat();
  const count = (of: string) => all.filter((status) => status === of).length;
  const testResults = Object.entries(files).map(([file, outcomes]) => ({
    name: path.join(ROOT, file),
    status: outcomes.length === 0 || outcomes.includes("failed") ? "failed" : "passed",
    message: "cannot be loaded\nat a line",
    assertionResults: outcomes.map((status, at) => ({
      fullName: `test ${at}`,
      status,
      failureMessages: status === "failed" ? ["Error: so\nat a line"] : [],
    })),
  }));
  const report = {
    numPassedTests: count("passed"),
    numFailedTests: count("failed"),
    numPendingTests: count("pending"),
    numTodoTests: 0,
    testResults,
  };
  const file = path.join(folder, name);
  writeFileSync(file, JSON.stringify(report));
  return file;
}

const FIRST: Files = {
  "test/a.test.ts": ["passed", "failed", "passed"],
  "test/b.test.ts": ["passed"],
  "test/c.test.ts": [],
};

test("what failed is named by file, test and the first line of its reason", () => {
  const file = written("first.json", FIRST);
  expect(failedFiles(file)).toEqual(["test/a.test.ts", "test/c.test.ts"]);
  expect(listFailures(file)).toEqual(["test/a.test.ts > test 1: Error: so", "test/c.test.ts: cannot be loaded"]);
  expect(readTally(file, false)).toEqual({ passed: 3, failed: 1, skipped: 0 });
});

test("the second outcome of a file counts in place of its first one", () => {
  const first = written("first.json", FIRST);
  const passed = written("again.json", {
    "test/a.test.ts": ["passed", "passed", "passed"],
    "test/c.test.ts": ["passed", "passed", "pending"],
  });
  expect(readTallyWithAgain(first, passed)).toEqual({ passed: 6, failed: 0, skipped: 1 });
  const failed = written("again.json", { "test/a.test.ts": ["failed", "failed", "passed"] });
  expect(readTallyWithAgain(first, failed)).toEqual({ passed: 2, failed: 2, skipped: 0 });
});

test("a run that has left nothing has failed", () => {
  const first = written("first.json", FIRST);
  const missing = path.join(folder, "missing.json");
  expect([readTally(missing, true), readTallyWithAgain(first, missing)]).toEqual(
    Array(2).fill({ passed: 0, failed: 1, skipped: 0 }),
  );
  expect([failedFiles(missing), listFailures(missing)]).toEqual([[], []]);
});
