import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { MEASURED } from "./measured.ts";

const RUNTIME = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", ".runtime");
/** Where vitest's JSON reporter leaves the outcome of the suite. */
export const SUITE_RESULTS = path.join(RUNTIME, "test-results.json");
/** The same of those files of it that were run once more. */
export const AGAIN_RESULTS = path.join(RUNTIME, "test-results-again.json");
/** In which files errors came up that belong to no test. */
export const UNHANDLED = path.join(RUNTIME, "test-unhandled.json");
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
  for (const file of [SUITE_RESULTS, AGAIN_RESULTS, UNHANDLED, ...MEASURED.map(({ name }) => measuredResults(name))])
    rmSync(file, { force: true });
}

/**
 * @param hasPassed what the process said at its end: a file that could not be loaded, and a coverage that is too low, fail
 *   it without a failed test
 */
export function readTally(file: string, hasPassed: boolean): Tally {
  const reported = read(file);
  if (reported === null) return { passed: 0, failed: 1, skipped: 0 };
  return {
    passed: reported.numPassedTests,
    failed: hasPassed ? reported.numFailedTests : Math.max(1, reported.numFailedTests),
    skipped: reported.numPendingTests + reported.numTodoTests,
  };
}

/** The tally of a suite of which some files were run once more, and passed: their second outcome counts. */
export function readTallyWithAgain(file: string, again: string): Tally {
  const [first, second] = [read(file), read(again)];
  if (first === null || second === null) return { passed: 0, failed: 1, skipped: 0 };
  const names = new Set(second.testResults.map(({ name }) => name));
  const repeated = first.testResults.filter(({ name }) => names.has(name));
  const passedBefore = repeated.flatMap(({ assertionResults }) => assertionResults).filter(isOf("passed")).length;
  const rest = { ...readTally(file, true), failed: first.numFailedTests - countFailed(repeated) };
  const own = readTally(again, true);
  return {
    passed: rest.passed - passedBefore + own.passed,
    failed: rest.failed + own.failed,
    skipped: rest.skipped + own.skipped,
  };
}

/**
 * Whether errors that belong to no test came up anywhere but in these files, which are run once more with all that is in
 * them: nobody can say that such an error would not come again.
 */
export function hasUnhandledBeside(files: readonly string[]): boolean {
  if (!existsSync(UNHANDLED)) return true;
  const origins = JSON.parse(readFileSync(UNHANDLED, "utf8")) as (string | null)[];
  return !origins.every((origin) => origin !== null && files.includes(below(origin)));
}

/** The files in which something failed, by their paths below the root. */
export function failedFiles(file: string): string[] {
  return (read(file)?.testResults ?? []).filter(({ status }) => status === "failed").map(({ name }) => below(name));
}

/**
 * What failed, one line each with the first line of its reason: a log that is kept from its end shows it beside the tally.
 * A file that could not be loaded stands for its tests.
 */
export function listFailures(file: string): string[] {
  return (read(file)?.testResults ?? []).flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter(isOf("failed"));
    if (failed.length === 0) return status === "failed" ? [`${below(name)}: ${firstLine(message)}`] : [];
    return failed.map(
      ({ fullName, failureMessages }) => `${below(name)} > ${fullName}: ${firstLine(failureMessages[0] ?? "")}`,
    );
  });
}

function read(file: string): Reported | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Reported) : null;
}

const isOf = (wanted: string) => (result: { readonly status: string }) => result.status === wanted;
const countFailed = (of: Reported["testResults"]) =>
  of.flatMap(({ assertionResults }) => assertionResults).filter(isOf("failed")).length;
const below = (file: string): string => path.relative(path.join(RUNTIME, ".."), file);
const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";
