import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const RUNTIME = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", ".runtime");
/** Where vitest's JSON reporter leaves the outcome of the suite, and of the tests that are run for their coverage. */
export const RESULTS = {
  suite: path.join(RUNTIME, "test-results.json"),
  alarmRules: path.join(RUNTIME, "test-results-alarm-rules.json"),
} as const;
/** Tests of the alarm rules: a whole run has them from the measurement of their coverage, and not a second time. */
export const ALARM_TESTS = "test/domain/alarms/";

type Reported = { numPassedTests: number; numFailedTests: number; numPendingTests: number; numTodoTests: number };

export type Tally = { readonly passed: number; readonly failed: number; readonly skipped: number };

export function forgetResults(): void {
  for (const file of Object.values(RESULTS)) rmSync(file, { force: true });
}

/** @param hasPassed what the process said at its end: a file that could not be loaded fails it without a failed test */
export function readTally(file: string, hasPassed: boolean): Tally {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const reported = JSON.parse(readFileSync(file, "utf8")) as Reported;
  return {
    passed: reported.numPassedTests,
    failed: hasPassed ? reported.numFailedTests : Math.max(1, reported.numFailedTests),
    skipped: reported.numPendingTests + reported.numTodoTests,
  };
}
