import path from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const ROOT = path.resolve(import.meta.dirname, "../..");
/** Folders of `test/` by how long their files last. Faults mostly wait, browsers mostly work: they start in turn. */
const IN_TURN = [
  ["faults", "e2e"],
  ["backup"],
  ["adapters"],
  ["alarms", "authorisation", "api"],
  ["flows", "nodes", "scripts"],
];

/**
 * Starts the files that last longest first, so that none of them is alone at the end; those with a process of their own
 * before those that share some. What comes last are the pure tests, of which each lasts some milliseconds.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // Within a folder the file that took longer the last time, or without a last time the larger one.
    const waiting = new Set(await super.sort(files));
    const sorted: TestSpecification[] = [];
    for (const folders of IN_TURN) {
      const rows = folders.map((folder) => [...waiting].filter((file) => folderOf(file) === folder));
      for (let at = 0; at < Math.max(...rows.map(({ length }) => length)); at += 1) {
        for (const row of rows) {
          const file = row[at];
          if (file && waiting.delete(file)) sorted.push(file);
        }
      }
    }
    // A worker is kept for the next file only when that one shares it.
    const isAlone = ({ project }: TestSpecification) => project.config.isolate;
    const all = [...sorted, ...waiting];
    return [...all.filter(isAlone), ...all.filter((file) => !isAlone(file))];
  }
}

const folderOf = ({ moduleId }: TestSpecification): string => path.relative(ROOT, moduleId).split(path.sep)[1] ?? "";
