import path from "node:path";
import { fileURLToPath } from "node:url";
import { type BoundedRun, startBounded } from "./bounded-run.ts";
import { MEASURED } from "./measured.ts";

/**
 * Static checks: lint and format, types of the three worlds, boundaries, dead code, flows, the client's types, and how much
 * of some sources their tests go through. `npm run check` runs them all, two at a time, and prints each one's output only
 * when it fails. `npm test` runs them with `--beside-tests`: one at a time, and without those that are tests themselves.
 */
const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
/** Fewer modules than this mean that dependency-cruiser was blind, not that there is no violation. */
const LEAST_MODULES_CRUISED = 350;
/** The slowest takes half of it beside the tests; one that has hung is run once more, and said to have hung. */
const LIMIT_S = 480;
const isBesideTests = process.argv.includes("--beside-tests");
const PARALLEL = isBesideTests ? 1 : 2;

type Check = {
  readonly name: string;
  readonly args: readonly string[];
  readonly judge?: (output: string) => string | null;
  /** Its last line is a figure that people want to see, also when all is well. */
  readonly hasFigure?: boolean;
};
type Outcome = {
  readonly name: string;
  readonly problem: string | null;
  readonly figure: string | null;
  readonly seconds: number;
  readonly hasHung: boolean;
};

const bin = (packageName: string, file: string) => path.join("node_modules", packageName, file);
const types = (project: string): Check => ({
  name: `types (${project})`,
  args: [bin("vue-tsc", "bin/vue-tsc.js"), "--noEmit", "-p", project],
});

const CHECKS: readonly Check[] = [
  { name: "biome", args: [bin("@biomejs/biome", "bin/biome"), "check", "--error-on-warnings", "."] },
  types("tsconfig.json"),
  types("domain/tsconfig.json"),
  types("dashboard/tsconfig.json"),
  {
    name: "boundaries",
    args: [
      bin("dependency-cruiser", "bin/dependency-cruiser.mjs"),
      "--config",
      ".dependency-cruiser.mjs",
      "--output-type",
      "json",
      "domain",
      "adapters",
      "nodes",
      "api",
      "dashboard",
      "simulator",
      "scripts",
      "server.ts",
      "settings.ts",
      "config.ts",
      "services.ts",
    ],
    judge: judgeBoundaries,
  },
  { name: "knip", args: [bin("knip", "bin/knip.js")] },
  { name: "flows", args: ["scripts/check-flows.ts"] },
  { name: "client", args: ["scripts/check-client.ts"] },
  ...(isBesideTests ? [] : MEASURED).map(({ name, title }) => ({
    name: `coverage of the ${title}`,
    args: ["scripts/coverage.ts", name],
    hasFigure: true,
  })),
];

type CruiseResult = {
  summary: {
    totalCruised: number;
    violations: { rule: { name: string; severity: string }; from: string; to: string }[];
  };
};

function judgeBoundaries(output: string): string | null {
  const { summary } = JSON.parse(output) as CruiseResult;
  if (summary.totalCruised < LEAST_MODULES_CRUISED) {
    return `only ${summary.totalCruised} modules cruised, expected at least ${LEAST_MODULES_CRUISED}: the check is blind`;
  }
  const lines = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
  return lines.length > 0 ? lines.join("\n") : null;
}

async function run({ name, args, judge, hasFigure = false }: Check): Promise<Outcome> {
  const startedAt = performance.now();
  const env = { ...process.env, NO_COLOR: "1" };
  const started = startBounded(process.execPath, args, { cwd: ROOT, limitS: LIMIT_S, env });
  running.add(started);
  const { isGood, code, output, errors, hungAfterS } = await started.ended;
  running.delete(started);
  const seconds = (performance.now() - startedAt) / 1000;
  const hasHung = hungAfterS !== null;
  const isJudged = judge !== undefined && code !== null && !hasHung;
  const problem = isJudged ? judged(judge, output) : isGood ? null : output + errors;
  const figure = hasFigure ? (output.trim().split("\n").at(-1) ?? null) : null;
  return { name, problem, figure, seconds, hasHung };
}

/** A program that hangs now and then says nothing of what it checks: its second try counts. */
async function runAgainWhenHung(check: Check): Promise<Outcome> {
  const first = await run(check);
  if (!first.hasHung) return first;
  console.log(`hung ${first.name} (${first.seconds.toFixed(1)} s), once more:${first.problem}`);
  return run(check);
}

function judged(judge: (output: string) => string | null, output: string): string | null {
  try {
    return judge(output);
  } catch (error) {
    return `unreadable answer (${String(error)}): ${output.slice(0, 500)}`;
  }
}

async function runAll(): Promise<Outcome[]> {
  const waiting = [...CHECKS];
  const outcomes: Outcome[] = [];
  const lane = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const outcome = await runAgainWhenHung(check);
      outcomes.push(outcome);
      console.log(`${outcome.problem === null ? "ok  " : "FAIL"} ${outcome.name} (${outcome.seconds.toFixed(1)} s)`);
      if (outcome.problem !== null) console.log(outcome.problem);
      else if (outcome.figure !== null) console.log(`     ${outcome.figure}`);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, lane));
  return outcomes;
}

/** What runs; empty between two checks. */
const running = new Set<BoundedRun>();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    for (const started of running) started.stop();
    process.exit(130);
  });
}
const outcomes = await runAll();
const failed = outcomes.filter(({ problem }) => problem !== null);
console.log(`checks: ${outcomes.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
