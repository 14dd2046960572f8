import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startVitest } from "vitest/node";
import { MEASURED, type Measured, projectsOf } from "./measured.ts";
import { measuredResults } from "./test-results.ts";

/**
 * `npm run coverage -- alarms`: runs the tests of one entry of `measured.ts` and fails when one of them fails, or
 * when they go through fewer of the branches than it asks for. They need no services, so none are started.
 */
const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
/** They only work, and wait for nothing: this ends a hung one, and none that has to stand back for other programs. */
const PATIENCE_MS = 600_000;

type Share = { readonly pct: number; readonly total: number; readonly covered: number };
type Summary = Readonly<Record<string, { readonly branches: Share }>>;

const wanted = MEASURED.find(({ name }) => name === process.argv[2]);
if (wanted === undefined) {
  console.error(`usage: npm run coverage -- ${MEASURED.map(({ name }) => name).join(" | ")}`);
  process.exitCode = 2;
} else await measure(wanted);

async function measure(measured: Measured): Promise<void> {
  const reportsDirectory = path.join(ROOT, ".runtime", `coverage-${measured.name}`);
  rmSync(reportsDirectory, { recursive: true, force: true });
  const limits = { testTimeout: PATIENCE_MS, hookTimeout: PATIENCE_MS, pool: "forks", maxWorkers: 2 } as const;
  const vitest = await startVitest("test", [], {
    config: false,
    root: ROOT,
    watch: false,
    projects: projectsOf(measured).map((own) => ({ test: { ...limits, ...own } })),
    // A line per file: of a run that hangs it is seen which one is missing.
    reporters: ["default", "json"],
    outputFile: { json: measuredResults(measured.name) },
    coverage: {
      enabled: true,
      provider: "v8",
      include: [...measured.sources],
      reporter: ["json-summary"],
      reportsDirectory,
    },
  });
  await vitest.close();
  if (!process.exitCode && !isEnough(measured, path.join(reportsDirectory, "coverage-summary.json")))
    process.exitCode = 1;
}

function isEnough({ title, leastPct, leastBranches }: Measured, summaryFile: string): boolean {
  const { total, ...files } = JSON.parse(readFileSync(summaryFile, "utf8")) as Summary;
  const branches = total?.branches ?? { pct: 0, total: 0, covered: 0 };
  const missing = Object.entries(files)
    .map(([file, { branches: own }]) => ({ file: path.relative(ROOT, file), ...own }))
    .filter(({ covered, total: all }) => covered < all)
    .sort((a, b) => b.total - b.covered - (a.total - a.covered));
  for (const { file, covered, total: all } of missing) console.log(`  ${covered} of ${all} branches: ${file}`);
  console.log(`${title}: tests go through ${branches.pct} % of ${branches.total} branches, at least ${leastPct} %`);
  return branches.pct >= leastPct && branches.total >= leastBranches;
}
