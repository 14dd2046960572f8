import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type BoundedRun, type Ended, startBounded } from "./bounded-run.ts";
import { MEASURED } from "./measured.ts";
import {
  AGAIN_RESULTS,
  failedFiles,
  forgetResults,
  hasUnhandledBeside,
  listFailures,
  measuredResults,
  readTally,
  readTallyWithAgain,
  SUITE_RESULTS,
  type Tally,
} from "./test-results.ts";

/**
 * The whole suite: installs what the tests need (Debian as root) and runs every test, with the static checks beside them.
 * Arguments are handed to vitest: `npm test -- test/domain` runs a part and leaves the static checks out.
 *
 * Of a whole run, files in which something failed are run once more when they are few, alone. What passes then is told as
 * unsteady, by name and reason (docs/decisions/0024-unsteady-tests.md).
 */
const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const REPORTERS = ["default", "json", "./scripts/unhandled-errors.ts"].map((name) => `--reporter=${name}`);
const VITEST = ["node_modules/vitest/vitest.mjs", "run", ...REPORTERS];
const selection = process.argv.slice(2);
const isWhole = selection.length === 0;
/** So many files may be unsteady; of more it is to be supposed that something is broken [J]. */
const MOST_UNSTEADY_FILES = 3;
const isCi = process.env["CI"] === "true";
const running = new Set<BoundedRun>();
/** So long may each part take: two to five times of what it takes on two cores. CI ends a run that hangs without a word. */
const LIMITS_S = { services: 900, suite: 4_500, again: 600, checks: 1_800, coverage: 900 };

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    // From a terminal they have heard of it themselves; from a program only we have.
    for (const started of running) started.stop();
    process.exitCode = 130;
  });
}

forgetResults();
const besides = isWhole ? runBesides() : null;
const hasServices = await installServices();
if (process.exitCode === undefined) await runTests();
else for (const started of running) started.stop();

async function runTests(): Promise<void> {
  const selected = isWhole ? ["--project=!measured-*"] : selection;
  const suiteArgs = [...VITEST, `--outputFile.json=${SUITE_RESULTS}`, ...selected];
  const tests = await run(process.execPath, suiteArgs, LIMITS_S.suite, "shown");
  const { checks, measurements, hung } = (await besides) ?? { checks: null, measurements: [], hung: [] };
  if (process.exitCode !== undefined) return;
  for (const { output, errors } of checks ? [checks, ...measurements] : [])
    process.stdout.write(`\n${output}${errors}`);
  const unsteady = (await passesAgain()) ? listFailures(SUITE_RESULTS) : [];
  if (process.exitCode !== undefined) return;
  const isSteady = unsteady.length === 0;
  const files = measurements.map((_, at) => measuredResults(MEASURED[at]?.name ?? ""));
  for (const failure of unsteady) console.log(`unsteady: ${failure} (it passed when it was run alone)`);
  for (const name of hung) console.log(`unsteady: the measurement of ${name} hung (see above; it was run once more)`);
  for (const failure of [...(isSteady ? [SUITE_RESULTS] : []), ...files].flatMap(listFailures))
    console.log(`failed: ${failure}`);
  const measured = measurements.map(({ isGood }, at) => readTally(files[at] ?? "", isGood));
  const suite = isSteady ? readTally(SUITE_RESULTS, tests.isGood) : readTallyWithAgain(SUITE_RESULTS, AGAIN_RESULTS);
  close([suite, ...measured], checks?.isGood ?? true, unsteady.length + hung.length);
}

/** @returns true when files of a whole run failed, few of them, and pass with nothing beside them */
async function passesAgain(): Promise<boolean> {
  const files = failedFiles(SUITE_RESULTS);
  if (!isWhole || hasUnhandledBeside(files) || files.length === 0 || files.length > MOST_UNSTEADY_FILES) return false;
  console.log(`\nonce more, alone: ${files.join(", ")}`);
  const alone = ["--project=!measured-*", "--no-file-parallelism", `--outputFile.json=${AGAIN_RESULTS}`];
  return (await run(process.execPath, [...VITEST, ...alone, ...files], LIMITS_S.again, "shown")).isGood;
}

/** `hung` names the measurements that had to be ended and were run once more: their second outcome is the one given. */
type Besides = { readonly checks: Ended; readonly measurements: readonly Ended[]; readonly hung: readonly string[] };

/** What only works and waits for nothing: it fills in where the tests wait, one thing at a time. */
async function runBesides(): Promise<Besides> {
  const checks = await run(process.execPath, ["scripts/check.ts", "--beside-tests"], LIMITS_S.checks, "kept");
  const measurements: Ended[] = [];
  const hung: string[] = [];
  for (const { name } of MEASURED) {
    if (process.exitCode !== undefined) break;
    const measure = () => run(process.execPath, ["scripts/coverage.ts", name], LIMITS_S.coverage, "kept");
    const first = await measure();
    if (first.hungAfterS !== null) hung.push(name);
    measurements.push(first.hungAfterS === null ? first : await measure());
  }
  return { checks, measurements, hung };
}

/** @returns true when every service that a test needs is there */
async function installServices(): Promise<boolean> {
  if (process.platform === "linux" && existsSync("/etc/debian_version") && process.getuid?.() === 0) {
    const installed = await run("bash", ["scripts/services/install.sh"], LIMITS_S.services, "shown");
    if (installed.isGood) return true;
    console.error("antbox-flow: installing the test services failed");
    if (isCi) process.exitCode = 1;
    return false;
  }
  console.error(
    "antbox-flow: not Debian as root: suites whose services are not installed here are skipped, each with its reason",
  );
  return false;
}

/** What is not shown as it comes is kept. A part that had to be ended says so at once. */
async function run(program: string, args: readonly string[], limitS: number, output: "shown" | "kept"): Promise<Ended> {
  const started = startBounded(program, args, { cwd: ROOT, limitS, isShown: output === "shown" });
  running.add(started);
  const ended = await started.ended;
  running.delete(started);
  if (ended.hungAfterS !== null) console.error(`\nhung: ${args.join(" ")}\n${ended.output}${ended.errors}`);
  return ended;
}

function close(parts: readonly Tally[], checksPassed: boolean, unsteady: number): void {
  const sum = (of: keyof Tally) => parts.reduce((total, part) => total + part[of], 0);
  const skipped = sum("skipped");
  const isSkipAFailure = skipped > 0 && (isCi || hasServices);
  if (!checksPassed) console.log("static checks failed: see above");
  if (isSkipAFailure)
    console.log(`${skipped} tests were skipped although every service is here: that counts as a failure`);
  const failures = sum("failed") + (checksPassed ? 0 : 1) + (isSkipAFailure ? skipped : 0);
  const rest = [skipped > 0 && `${skipped} skipped`, unsteady > 0 && `${unsteady} unsteady`].filter(Boolean);
  console.log([`${sum("passed")} passed`, `${failures} failed`, ...rest].join(", "));
  process.exitCode = failures === 0 ? 0 : 1;
}
