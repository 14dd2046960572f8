import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";

/** What was seen of one platform. */
export type WatchedCalls = {
  readonly calls: number;
  /** Such as `GET /api/v1/sites/{id}`. */
  readonly operations: readonly string[];
  readonly violations: readonly string[];
};

/** One line per watched platform, of all test files of a run: each is a process of its own. */
const LOG = path.resolve(import.meta.dirname, "../../../.runtime/api-contract.jsonl");

export function keepFigures(seen: WatchedCalls): void {
  mkdirSync(path.dirname(LOG), { recursive: true });
  appendFileSync(LOG, `${JSON.stringify(seen)}\n`);
}

export function forgetWatchedCalls(): void {
  rmSync(LOG, { force: true });
}

/** @returns one sentence with the figures of the run, and every violation; null when no platform was watched */
export function reportWatchedCalls(): string | null {
  if (!existsSync(LOG)) return null;
  const lines = readFileSync(LOG, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as WatchedCalls);
  const calls = lines.reduce((sum, line) => sum + line.calls, 0);
  const operations = new Set(lines.flatMap((line) => line.operations));
  const violations = [...new Set(lines.flatMap((line) => line.violations))];
  const all = violations.map((one) => `\n  ${one}`).join("");
  return `API document: ${calls} calls validated over ${operations.size} operations, ${violations.length} violations${all}`;
}
