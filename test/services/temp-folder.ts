import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const FOLDER = /^antbox-tests-(\d+)-/;
/** A run whose process is gone, and which made nothing for so long, left its folder behind. */
const LEFT_AFTER_MS = 3_600_000;

/**
 * Gives this run one folder in which everything lies that its tests or measurements, and the programs they start, make in
 * the temp folder. Files that one of them does not remove go with it; what a run left that was killed goes with the next one.
 *
 * @returns removes it
 */
export function useOwnTempFolder(): () => void {
  const parent = tmpdir();
  const before = process.env["TMPDIR"];
  removeLeft(parent, Date.now());
  const folder = mkdtempSync(path.join(parent, `antbox-tests-${process.pid}-`));
  // The database server, which is another user's, has its files below.
  chmodSync(folder, 0o711);
  process.env["TMPDIR"] = folder;
  const remove = (): void => {
    process.off("exit", remove);
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once("exit", remove);
  return remove;
}

/** Removes the folders of runs that were killed. */
export function removeLeft(parent: string, nowMs: number): void {
  for (const name of readdirSync(parent)) {
    const pid = Number(FOLDER.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid) || isRunning(pid)) continue;
    const folder = path.join(parent, name);
    const { mtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs !== undefined && nowMs - mtimeMs > LEFT_AFTER_MS) rmSync(folder, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is one too.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
