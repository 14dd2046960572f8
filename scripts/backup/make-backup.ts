import { cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { listStoreCopies } from "../../adapters/database/copy-store.ts";
import { takeStoreLock } from "../../adapters/database/store-lock.ts";
import { AppError } from "../../domain/errors.ts";
import { copyJournal } from "./copy-journal.ts";
import { hashFiles, MANIFEST, type Manifest } from "./manifest.ts";

export type BackupOptions = {
  readonly dataDir: string;
  /** A new folder is made in it. */
  readonly to: string;
  /** Where the flow files are. */
  readonly flowsDir: string;
  readonly version: string;
  readonly nowMs: number;
};

const JOURNAL = "journal.sqlite";
const TRIES = 5;

/**
 * Copies what the platform needs to go on elsewhere: the embedded database, the journal, the secret key, flows and their
 * credentials. While the platform runs, its newest own copy of the database is taken, and the journal, which keeps
 * everything since; while it is stopped, the database as it is.
 *
 * @returns the folder that was made, and its manifest
 * @throws {Error} when there is nothing to copy yet
 */
export async function makeBackup(options: BackupOptions): Promise<{ folder: string; manifest: Manifest }> {
  const { dataDir, to, nowMs } = options;
  if (!existsSync(dataDir)) throw new Error(`${dataDir}: there is no such data folder (DATA_DIR)`);
  const stamp = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const folder = path.join(to, `antbox-${stamp}`);
  const draft = `${folder}.draft`;
  if (existsSync(folder)) throw new Error(`${folder}: exists already`);
  mkdirSync(to, { recursive: true });
  mkdirSync(draft, { mode: 0o700 });
  try {
    const database = await copyData(dataDir, draft);
    copyRest(options, draft);
    const manifest: Manifest = {
      format: 1,
      platform: options.version,
      madeAt: new Date(nowMs).toISOString(),
      database,
      files: await hashFiles(draft),
    };
    writeFileSync(path.join(draft, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, folder);
    return { folder, manifest };
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

/** Database and journal belong together: what left the journal is in the database. */
async function copyData(dataDir: string, draft: string): Promise<Manifest["database"]> {
  if (!existsSync(path.join(dataDir, "database"))) {
    await copyJournal(path.join(dataDir, JOURNAL), path.join(draft, JOURNAL));
    return null;
  }
  const release = lockIfStopped(dataDir);
  if (release === null) return copyRunning(dataDir, draft);
  try {
    cpSync(path.join(dataDir, "database"), path.join(draft, "database"), { recursive: true });
    await copyJournal(path.join(dataDir, JOURNAL), path.join(draft, JOURNAL));
    return { kind: "folder", path: "database", madeAt: new Date().toISOString() };
  } finally {
    release();
  }
}

/** When the platform made a copy of its own meanwhile, the journal has forgotten what only that one holds: again. */
async function copyRunning(dataDir: string, draft: string): Promise<Manifest["database"]> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const newest = listStoreCopies(dataDir).at(-1);
    if (!newest) {
      throw new Error(
        "the platform runs and has not copied its database yet: run the job “backup” on its page first, or stop the platform",
      );
    }
    const isFolder = statSync(newest.path).isDirectory();
    const name = isFolder ? "database" : "database.tar.gz";
    rmSync(path.join(draft, name), { recursive: true, force: true });
    cpSync(newest.path, path.join(draft, name), { recursive: true });
    await copyJournal(path.join(dataDir, JOURNAL), path.join(draft, JOURNAL));
    if (listStoreCopies(dataDir).at(-1)?.path === newest.path) {
      const madeAt = new Date(newest.madeAtMs).toISOString();
      return { kind: isFolder ? "folder" : "dump", path: name, madeAt };
    }
  }
  throw new Error("the platform copied its database over and over meanwhile: try again later");
}

/** Keys, and what Node-RED keeps. What it has installed can be installed again. */
function copyRest({ dataDir, flowsDir }: BackupOptions, draft: string): void {
  const key = path.join(dataDir, "secret.key");
  if (existsSync(key)) cpSync(key, path.join(draft, "secret.key"));
  const nodeRed = path.join(dataDir, "nodered");
  if (existsSync(nodeRed)) {
    const filter = (source: string): boolean => path.basename(source) !== "node_modules";
    cpSync(nodeRed, path.join(draft, "nodered"), { recursive: true, filter });
  }
  if (existsSync(flowsDir)) cpSync(flowsDir, path.join(draft, "flows"), { recursive: true });
}

/** @returns release; null while the platform runs */
function lockIfStopped(dataDir: string): (() => void) | null {
  try {
    return takeStoreLock(path.join(dataDir, "database.lock"));
  } catch (error) {
    if (error instanceof AppError && error.code === "storage.locked") return null;
    throw error;
  }
}
