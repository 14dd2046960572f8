import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The whole suite: installs what the tests need (Debian as root), runs the static checks, then every test.
 * Arguments are handed to vitest: `npm test -- test/domain` runs a part and leaves the static checks out.
 */
const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const RESULTS = path.join(ROOT, ".runtime", "test-results.json");
const selection = process.argv.slice(2);
const isCi = process.env["CI"] === "true";

type TestResults = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  success: boolean;
};

const hasServices = installServices();
const checksPassed = selection.length > 0 || run(["scripts/check.ts"]);
mkdirSync(path.dirname(RESULTS), { recursive: true });
rmSync(RESULTS, { force: true });
const testsPassed = run([
  "node_modules/vitest/vitest.mjs",
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${RESULTS}`,
  ...selection,
]);
close();

/** @returns true when every service that a test needs is there */
function installServices(): boolean {
  if (process.platform === "linux" && existsSync("/etc/debian_version") && process.getuid?.() === 0) {
    const { status } = spawnSync("bash", ["scripts/services/install.sh"], { cwd: ROOT, stdio: "inherit" });
    if (status === 0) return true;
    console.error("antbox-flow: installing the test services failed");
    if (isCi) process.exit(1);
    return false;
  }
  console.error(
    "antbox-flow: not Debian as root: suites whose services are not installed here are skipped, each with its reason",
  );
  return false;
}

function run(args: readonly string[]): boolean {
  return spawnSync(process.execPath, args, { cwd: ROOT, stdio: "inherit" }).status === 0;
}

type Tally = { readonly passed: number; readonly failed: number; readonly skipped: number };

function tally(): Tally {
  if (!existsSync(RESULTS)) return { passed: 0, failed: 1, skipped: 0 };
  const results = JSON.parse(readFileSync(RESULTS, "utf8")) as TestResults;
  // A file that could not even be loaded fails the run without a failed test.
  const failed = testsPassed ? results.numFailedTests : Math.max(1, results.numFailedTests);
  return { passed: results.numPassedTests, failed, skipped: results.numPendingTests + results.numTodoTests };
}

function close(): void {
  const { passed, failed, skipped } = tally();
  const isSkipAFailure = skipped > 0 && (isCi || hasServices);
  if (!checksPassed) console.log("static checks failed: see above");
  if (isSkipAFailure)
    console.log(`${skipped} tests were skipped although every service is here: that counts as a failure`);
  const failures = failed + (checksPassed ? 0 : 1) + (isSkipAFailure ? skipped : 0);
  console.log(`${passed} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  process.exitCode = failures === 0 ? 0 : 1;
}
