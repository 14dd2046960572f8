/** Sources whose tests have to go through most of their branches. */
export type Measured = {
  /** Of its project in vitest, of its files, and what `npm run coverage` takes. */
  readonly name: string;
  readonly title: string;
  readonly sources: readonly string[];
  readonly tests: readonly string[];
  /** Those of `tests` that replace a module, and would do so for the files after them: each gets a process of its own. */
  readonly replacing: readonly string[];
  readonly leastPct: number;
  /** So many branches there are at least: with fewer the measurement was blind. */
  readonly leastBranches: number;
};

/** A whole run has the tests of these from here, and not a second time among the others. They start no services. */
export const MEASURED: readonly Measured[] = [
  {
    name: "alarms",
    title: "alarm rules",
    sources: ["domain/alarms/**/*.ts"],
    tests: ["test/domain/alarms/**/*.test.ts"],
    replacing: ["test/domain/alarms/kinds/_blueprint.test.ts"],
    leastPct: 95,
    leastBranches: 900,
  },
  {
    name: "commands",
    title: "commands' rules",
    sources: ["domain/commands/**/*.ts"],
    tests: ["test/domain/commands/**/*.test.ts"],
    replacing: [],
    leastPct: 95,
    leastBranches: 550,
  },
];

type Tests = {
  readonly name: string;
  readonly include: string[];
  readonly exclude: string[];
  readonly isolate: boolean;
};

/** The tests as projects of vitest: those that share processes, and those that may not. */
export function projectsOf({ name, tests, replacing }: Measured): Tests[] {
  const shared = { name: `measured-${name}`, include: [...tests], exclude: [...replacing], isolate: false };
  if (replacing.length === 0) return [shared];
  return [shared, { name: `measured-${name}-alone`, include: [...replacing], exclude: [], isolate: true }];
}
