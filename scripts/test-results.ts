import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { MEASURED } from "./measured.ts";

const RUNTIME = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", ".runtime");
/** Where vitest's JSON reporter leaves the outcome of the suite. */
export const SUITE_RESULTS = path.join(RUNTIME, "test-results.json");
/** The same of the tests that are run for their coverage: see `measured.ts`. */
export const measuredResults = (name: string): string => path.join(RUNTIME, `test-results-${name}.json`);

type Reported = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: readonly {
    name: string;
    status: string;
    message: string;
    assertionResults: readonly { fullName: string; status: string; failureMessages: readonly string[] }[];
  }[];
};

export type Tally = { readonly passed: number; readonly failed: number; readonly skipped: number };

export function forgetResults(): void {
  for (const file of [SUITE_RESULTS, ...MEASURED.map(({ name }) => measuredResults(name))])
    rmSync(file, { force: true });
}

/**
 * @param hasPassed what the process said at its end: a file that could not be loaded, and a coverage that is too low, fail
 *   it without a failed test
 */
export function readTally(file: string, hasPassed: boolean): Tally {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const reported = JSON.parse(readFileSync(file, "utf8")) as Reported;
  return {
    passed: reported.numPassedTests,
    failed: hasPassed ? reported.numFailedTests : Math.max(1, reported.numFailedTests),
    skipped: reported.numPendingTests + reported.numTodoTests,
  };
}

/**
 * What failed, one line each with the first line of its reason: a log that is kept from its end shows it beside the tally.
 * A file that could not be loaded stands for its tests.
 */
export function listFailures(file: string): string[] {
  if (!existsSync(file)) return [];
  const reported = JSON.parse(readFileSync(file, "utf8")) as Reported;
  return reported.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((result) => result.status === "failed");
    const where = path.relative(path.join(RUNTIME, ".."), name);
    if (failed.length === 0) return status === "failed" ? [`${where}: ${firstLine(message)}`] : [];
    return failed.map(
      ({ fullName, failureMessages }) => `${where} > ${fullName}: ${firstLine(failureMessages[0] ?? "")}`,
    );
  });
}

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";
