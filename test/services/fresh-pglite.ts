import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createPgliteDatabase } from "../../adapters/database/pglite-database.ts";
import { recordedLog } from "./recorded-log.ts";
import { schemaHash } from "./schema-hash.ts";

/** Another process whose migrations differ may be copying what was used so recently. */
const IN_USE_MS = 600_000;

/** A `DATA_DIR` of its own with an embedded database in it that is made and migrated already, which saves 5 s. */
export type FreshDataDir = { readonly dataDir: string; remove(): void };

export async function createFreshDataDir(): Promise<FreshDataDir> {
  const template = await ensureTemplate();
  const dataDir = mkdtempSync(join(tmpdir(), "antbox-data-"));
  cpSync(template, join(dataDir, "database"), { recursive: true });
  return { dataDir, remove: () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Kept between runs, until the migrations change. Several files may make it at once: the first whole one stays. */
async function ensureTemplate(): Promise<string> {
  const folder = resolve(".runtime");
  const name = `pglite-${schemaHash()}`;
  const template = join(folder, name);
  mkdirSync(folder, { recursive: true });
  keepTemplate(folder, name, Date.now());
  if (existsSync(template)) return template;
  const draft = `${template}.${process.pid}`;
  const database = await createPgliteDatabase(draft, recordedLog());
  await database.close();
  try {
    renameSync(draft, template);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(template)) throw error;
  }
  return template;
}

/** Removes templates of other states of the migrations, and drafts of runs that were killed. */
export function keepTemplate(folder: string, kept: string, nowMs: number): void {
  const now = new Date(nowMs);
  if (existsSync(join(folder, kept))) utimesSync(join(folder, kept), now, now);
  for (const name of readdirSync(folder).filter((each) => each.startsWith("pglite-") && each !== kept)) {
    const { mtimeMs } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? { mtimeMs: nowMs };
    if (nowMs - mtimeMs > IN_USE_MS) rmSync(join(folder, name), { recursive: true, force: true });
  }
}
