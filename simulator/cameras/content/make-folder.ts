import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout } from "node:timers/promises";

/** Longer than any step of the making: what was not touched for so long is left over from a process that was killed. */
const LEFT_OVER_AFTER_MS = 180_000;
const LOOK_EVERY_MS = 200;

/**
 * Makes a folder that is there as a whole or not at all. When another process is making the same one, this waits for it;
 * should two have begun at once, the first to finish has made it and the other throws its own away.
 *
 * @param fill writes the contents into the folder that it is given
 */
export async function makeFolder(folder: string, fill: (unfinished: string) => Promise<void>): Promise<void> {
  await mkdir(path.dirname(folder), { recursive: true });
  while (!existsSync(folder) && (await isBeingMade(folder))) await setTimeout(LOOK_EVERY_MS);
  if (existsSync(folder)) return;
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  try {
    await fill(unfinished);
    await rename(unfinished, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Another process is at it. What dead ones have left is removed. */
async function isBeingMade(folder: string): Promise<boolean> {
  const start = `${path.basename(folder)}.`;
  const names = (await readdir(path.dirname(folder))).filter((name) => name.startsWith(start));
  const found = await Promise.all(
    names.map(async (name) => {
      const unfinished = path.join(path.dirname(folder), name);
      const touchedMs = (await stat(unfinished).catch(() => null))?.mtimeMs ?? Date.now();
      const isAtWork = isRunning(Number(name.slice(start.length))) && Date.now() - touchedMs < LEFT_OVER_AFTER_MS;
      if (!isAtWork) await rm(unfinished, { recursive: true, force: true });
      return isAtWork;
    }),
  );
  return found.includes(true);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
