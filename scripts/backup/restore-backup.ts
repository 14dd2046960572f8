import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import path from "node:path";
import { unpackStore } from "../../adapters/database/unpack-store.ts";
import { checkBackup, type Manifest } from "./manifest.ts";

/**
 * Makes a data folder from a backup. Nothing is written before every file of the backup was compared with its hash, and
 * the folder appears only when it is whole.
 *
 * @param dataDir must be missing or empty
 * @throws {Error} that says what is wrong
 */
export async function restoreBackup(from: string, dataDir: string): Promise<Manifest> {
  const manifest = await checkBackup(from);
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw new Error(`${dataDir}: is not empty; a restore never writes over data`);
  }
  const draft = `${dataDir}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  try {
    for (const part of ["journal.sqlite", "secret.key", "nodered"]) copyPart(from, part, draft, part);
    // The package's own flows stay what they are until a person decides.
    copyPart(from, "flows", draft, "flows-of-backup");
    await restoreDatabase(from, manifest, draft);
    const key = path.join(draft, "secret.key");
    if (existsSync(key)) chmodSync(key, 0o600);
    if (existsSync(dataDir)) rmdirSync(dataDir);
    renameSync(draft, dataDir);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  return manifest;
}

async function restoreDatabase(from: string, { database }: Manifest, draft: string): Promise<void> {
  if (database === null) return;
  const store = path.join(draft, "database");
  if (database.kind === "folder") cpSync(path.join(from, database.path), store, { recursive: true });
  else await unpackStore(path.join(from, database.path), store);
}

function copyPart(from: string, name: string, to: string, as: string): void {
  const source = path.join(from, name);
  if (existsSync(source)) cpSync(source, path.join(to, as), { recursive: true });
}
