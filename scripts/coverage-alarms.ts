import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startVitest } from "vitest/node";
import { ALARM_TESTS, RESULTS } from "./test-results.ts";

/**
 * `npm run coverage:alarms`: runs the tests of the alarm rules and fails when they go through less than 95 % of the
 * branches of `domain/alarms/`. They need no services, so none are started.
 */
const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const FOLDER = path.join(ROOT, ".runtime", "coverage-alarms");
const LEAST_PCT = 95;
/** So many branches there are at least: with fewer the measurement was blind. */
const LEAST_BRANCHES = 900;

type Share = { readonly pct: number; readonly total: number; readonly covered: number };
type Summary = Readonly<Record<string, { readonly branches: Share }>>;

rmSync(FOLDER, { recursive: true, force: true });
const vitest = await startVitest("test", [ALARM_TESTS], {
  config: false,
  root: ROOT,
  watch: false,
  include: ["test/**/*.test.ts"],
  pool: "forks",
  maxWorkers: 2,
  testTimeout: 60_000,
  reporters: ["dot", "json"],
  outputFile: { json: RESULTS.alarmRules },
  coverage: {
    enabled: true,
    provider: "v8",
    include: ["domain/alarms/**/*.ts"],
    reporter: ["json-summary"],
    reportsDirectory: FOLDER,
  },
});
await vitest.close();
if (process.exitCode) process.exit();

const { total, ...files } = JSON.parse(readFileSync(path.join(FOLDER, "coverage-summary.json"), "utf8")) as Summary;
const branches = total?.branches ?? { pct: 0, total: 0, covered: 0 };
const missing = Object.entries(files)
  .map(([file, { branches: own }]) => ({ file: path.relative(ROOT, file), ...own }))
  .filter(({ covered, total: all }) => covered < all)
  .sort((a, b) => b.total - b.covered - (a.total - a.covered));
for (const { file, covered, total: all } of missing) console.log(`  ${covered} of ${all} branches: ${file}`);
console.log(`alarm rules: tests go through ${branches.pct} % of ${branches.total} branches, at least ${LEAST_PCT} %`);
if (branches.pct < LEAST_PCT || branches.total < LEAST_BRANCHES) process.exitCode = 1;
