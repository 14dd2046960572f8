import { constants } from "node:fs";
import { link, lstat, mkdir, open, readdir, realpath, rmdir, statfs, unlink } from "node:fs/promises";
import path from "node:path";
import { hourPath, parseObjectKey } from "../../domain/video/recording/object-key.ts";
import type { ObjectStore, StoredObject } from "../../domain/video/recording/object-store.ts";

/** A write that was cut off leaves one behind; nobody but us makes such names. */
const UNFINISHED = ".part";
/** Whoever writes needs seconds: what is older is nobody's. */
const ABANDONED_MS = 600_000;
const HOUR_MS = 3_600_000;
const NO_FOLLOW = constants.O_RDONLY | constants.O_NOFOLLOW;

/** A folder, whose objects can be told all at once: it is a spool, too. */
export interface DiskStore extends ObjectStore {
  /** Everything that lies there, oldest first. */
  all(): Promise<StoredObject[]>;
}

/**
 * Recordings in a folder. Nothing outside of it is read, written or removed, whatever links somebody has put into it: a
 * key's folder has to be exactly where it would be without any link.
 *
 * @param root is made when it is needed
 */
export function createDiskStore(root: string): DiskStore {
  let counter = 0;

  /** @returns the file of a key in its true folder; null when that is not there, or elsewhere */
  async function fileOf(key: string): Promise<string | null> {
    if (parseObjectKey(key) === null) return null;
    const base = await realpath(root).catch(orNull);
    const folder = await realpath(path.join(root, path.dirname(key))).catch(orNull);
    if (base === null || folder === null || folder !== path.join(base, path.dirname(key))) return null;
    return path.join(folder, path.basename(key));
  }

  async function folderFor(key: string): Promise<string> {
    if (parseObjectKey(key) === null) throw new Error("no key of a recording");
    await mkdir(path.join(root, path.dirname(key)), { recursive: true, mode: 0o750 });
    const file = await fileOf(key);
    if (file === null) throw new Error("the folder of a recording leads out of its root");
    return file;
  }

  /** @returns null for what is none of ours; what a write that was cut off has left is removed */
  async function look(key: string): Promise<StoredObject | null> {
    if (!key.endsWith(UNFINISHED)) {
      const file = await fileOf(key);
      const facts = file === null ? null : await lstat(file).catch(orNull);
      return facts?.isFile() ? { key, bytes: facts.size, changedMs: facts.mtimeMs } : null;
    }
    const whole = key.slice(0, key.lastIndexOf(".", key.length - UNFINISHED.length - 1));
    const file = await fileOf(whole);
    const unfinished = file === null ? null : path.join(path.dirname(file), path.basename(key));
    const facts = unfinished === null ? null : await lstat(unfinished).catch(orNull);
    if (unfinished !== null && facts?.isFile() && Date.now() - facts.mtimeMs > ABANDONED_MS)
      await unlink(unfinished).catch(() => undefined);
    return null;
  }

  return {
    async put(key, parts) {
      const file = await folderFor(key);
      counter += 1;
      const unfinished = `${file}.${process.pid}-${counter}${UNFINISHED}`;
      try {
        const handle = await open(unfinished, "wx", 0o640);
        try {
          for (const part of parts) await handle.writeFile(part);
          await handle.sync();
        } finally {
          await handle.close();
        }
        // A link, for a rename would replace what is there: nothing that was recorded is ever overwritten.
        await link(unfinished, file);
        return true;
      } catch (error) {
        if (codeOf(error) === "EEXIST") return false;
        throw error;
      } finally {
        await unlink(unfinished).catch(() => undefined);
      }
    },
    async open(key, range) {
      const file = await fileOf(key);
      const handle = file === null ? null : await open(file, NO_FOLLOW).catch(orNull);
      if (handle === null) return null;
      const facts = await handle.stat();
      if (!facts.isFile()) {
        await handle.close();
        return null;
      }
      const part = range ? { start: range.first, end: range.last } : {};
      return { sizeBytes: facts.size, stream: handle.createReadStream({ ...part, highWaterMark: 256 * 1024 }) };
    },
    async remove(key) {
      const file = await fileOf(key);
      if (file === null) return false;
      try {
        await unlink(file);
      } catch (error) {
        if (codeOf(error) === "ENOENT" || codeOf(error) === "EISDIR" || codeOf(error) === "EPERM") return false;
        throw error;
      }
      await removeEmptyFolders(file, await realpath(root));
      return true;
    },
    async *list(fromMs, toMs) {
      for (const site of await namesIn(root)) {
        for (let hourMs = fromMs - (fromMs % HOUR_MS); hourMs <= toMs; hourMs += HOUR_MS) {
          const folder = `${site}/${hourPath(hourMs)}`;
          for (const name of await namesIn(path.join(root, folder))) {
            const found = await look(`${folder}/${name}`);
            if (found) yield found;
          }
        }
      }
    },
    async all() {
      const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
      const found: StoredObject[] = [];
      for (const entry of entries) {
        if (!entry.isFile()) continue;
        const object = await look(path.relative(root, path.join(entry.parentPath, entry.name)));
        if (object) found.push(object);
      }
      return found.sort((a, b) => startOf(a) - startOf(b));
    },
    async freeBytes() {
      await mkdir(root, { recursive: true, mode: 0o750 });
      const { bavail, bsize } = await statfs(root);
      return bavail * bsize;
    },
  };
}

function startOf({ key }: StoredObject): number {
  return parseObjectKey(key)?.startMs ?? 0;
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).toSorted();
}

/** The folders of the hour, day, month, year and site, as far as nothing is in them. */
async function removeEmptyFolders(file: string, base: string): Promise<void> {
  for (let folder = path.dirname(file); folder.startsWith(`${base}${path.sep}`); folder = path.dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      return;
    }
  }
}

/** Not there, or a link or folder where a file has to be: for whoever asks that is the same. */
function orNull(error: unknown): null {
  if (["ENOENT", "ENOTDIR", "ELOOP"].includes(codeOf(error))) return null;
  throw error;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
