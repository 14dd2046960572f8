import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { MEASURED } from "./measured.ts";

const RUNTIME = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", ".runtime");
/** Where vitest's JSON reporter leaves the outcome of the suite. */
export const SUITE_RESULTS = path.join(RUNTIME, "test-results.json");
/** The same of the tests that are run for their coverage: see `measured.ts`. */
export const measuredResults = (name: string): string => path.join(RUNTIME, `test-results-${name}.json`);

type Reported = { numPassedTests: number; numFailedTests: number; numPendingTests: number; numTodoTests: number };

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
