import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Reporter } from "vitest/node";
import { UNHANDLED } from "./test-results.ts";

type Unhandled = { readonly VITEST_TEST_PATH?: string };

/** Leaves in which files there were errors that nobody handled, and that belong to no test: the JSON reporter tells none. */
export default class UnhandledErrors implements Reporter {
  onTestRunEnd(_modules: unknown, errors: readonly unknown[]): void {
    mkdirSync(path.dirname(UNHANDLED), { recursive: true });
    const files = errors.map((error) => (error as Unhandled).VITEST_TEST_PATH ?? null);
    writeFileSync(UNHANDLED, JSON.stringify(files));
  }
}
