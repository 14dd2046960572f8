import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Reporter } from "vitest/node";
import { UNHANDLED } from "./test-results.ts";

/** Leaves how many errors nobody handled, which belong to no test: the JSON reporter does not tell them. */
export default class UnhandledErrors implements Reporter {
  onTestRunEnd(_modules: unknown, errors: readonly unknown[]): void {
    mkdirSync(path.dirname(UNHANDLED), { recursive: true });
    writeFileSync(UNHANDLED, JSON.stringify(errors.length));
  }
}
