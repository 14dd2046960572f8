import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";

/** What is to happen in a folder: written down before the first rename, so that a crash in between is completed, not left half done. */
type Commit = {
  readonly renames: readonly { readonly from: string; readonly to: string }[];
  readonly removals: readonly string[];
};

const COMMIT_FILE = ".commit.json";
const TEMPORARY = /^\..+\.tmp$/;

/**
 * Writes and removes files of one folder as one step: after a crash at any moment, `recoverFiles` brings the folder to
 * the state before or after, never to a mixture.
 *
 * @param writes text by file name; names without folders
 */
export async function replaceFiles(
  folder: string,
  writes: ReadonlyMap<string, string>,
  removals: readonly string[],
): Promise<void> {
  if (writes.size === 0 && removals.length === 0) return;
  await mkdir(folder, { recursive: true });
  const renames = [...writes.keys()].map((name) => ({ from: `.${name}.tmp`, to: name }));
  for (const { from, to } of renames) await writeDurably(path.join(folder, from), writes.get(to) ?? "");
  const commit: Commit = { renames, removals };
  await writeDurably(path.join(folder, `${COMMIT_FILE}.tmp`), JSON.stringify(commit));
  await rename(path.join(folder, `${COMMIT_FILE}.tmp`), path.join(folder, COMMIT_FILE));
  await syncFolder(folder);
  await complete(folder, commit);
}

/** Completes a step that was cut short after its decision, and clears away what was written before one. */
export async function recoverFiles(folder: string): Promise<void> {
  const names = await namesIn(folder);
  if (names.includes(COMMIT_FILE)) {
    await complete(folder, JSON.parse(await readFile(path.join(folder, COMMIT_FILE), "utf8")) as Commit);
  }
  for (const name of await namesIn(folder))
    if (TEMPORARY.test(name)) await rm(path.join(folder, name), { force: true });
}

/** File names of a folder; none when it does not exist. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function complete(folder: string, { renames, removals }: Commit): Promise<void> {
  for (const { from, to } of renames) await renameIfThere(path.join(folder, from), path.join(folder, to));
  for (const name of removals) await rm(path.join(folder, name), { force: true });
  await syncFolder(folder);
  await rm(path.join(folder, COMMIT_FILE), { force: true });
}

/** A rename that is gone was done before the crash. */
async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, "w", 0o644);
  try {
    await handle.writeFile(text, "utf8");
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A rename is on the disk only when its folder is; Windows cannot open folders and needs no sync. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
