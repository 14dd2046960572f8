import vue from "@vitejs/plugin-vue";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { MEASURED, projectsOf } from "./scripts/measured.ts";
import { LongestFirst } from "./test/services/longest-first.ts";

const below = (...folders: string[]) => folders.map((folder) => `test/${folder}/**/*.test.ts`);
/** The built platform with a browser, or with something that fails under it: two of them fill two cores. */
const WHOLE = below("e2e", "faults");
/** These start nothing, and change nothing outside of what they test. */
const PURE = below("config", "dashboard", "docs", "domain", "simulator");
/** They hold a Node-RED, of which there can be only one per process, or look at the whole process: its memory, its signals. */
const ALONE = below("adapters/node-red", "adapters/process", "adapters/transport", "authorisation", "flows", "nodes");
const MEASURED_TESTS = MEASURED.flatMap(({ tests }) => tests);

/** A failure that is seen once in fifty runs has to say what it saw, in its first line: "[ Array(1) ]" tells nothing. */
const SPOKEN_OUT = { truncateThreshold: 1_000 };

type Own = Omit<NonNullable<TestProjectInlineConfiguration["test"]>, "sequence">;

/** Nothing is taken over from the root: the services are started once for all of them, by it. */
function project(groupOrder: number, own: Own): TestProjectInlineConfiguration {
  const limits = {
    chaiConfig: SPOKEN_OUT,
    testTimeout: 90_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 15_000 } },
  };
  const setupFiles = ["test/services/patient-waits.ts"];
  return { plugins: [vue()], test: { pool: "forks", setupFiles, ...limits, ...own, sequence: { groupOrder } } };
}

/**
 * The whole platform first, two at once, then its parts, three at once: they wait for a good part of their time. Files share
 * processes, each worker takes one after the other: to start one, and to load the same modules again, takes 2 s. A file
 * ends what it starts; those that cannot share come first, so that the others are not parted.
 */
export default defineConfig({
  test: {
    globalSetup: ["test/services/global-setup.ts"],
    passWithNoTests: false,
    sequence: { sequencer: LongestFirst },
    chaiConfig: SPOKEN_OUT,
    projects: [
      // Tests that wait for plants, side by side in one file, take as long as the longest of them.
      project(0, { name: "whole", include: WHOLE, maxWorkers: 2, maxConcurrency: 8 }),
      project(1, { name: "alone", include: ALONE, maxWorkers: 3 }),
      project(1, {
        name: "parts",
        include: ["test/**/*.test.ts"],
        exclude: [...WHOLE, ...ALONE, ...PURE],
        isolate: false,
        maxWorkers: 3,
      }),
      project(1, { name: "pure", include: PURE, exclude: MEASURED_TESTS, isolate: false, maxWorkers: 3 }),
      // A whole run has these from the measurement of their coverage, and leaves them out here.
      ...MEASURED.flatMap(projectsOf).map((own) => project(1, { ...own, maxWorkers: 3 })),
    ],
  },
});
