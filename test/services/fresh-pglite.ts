import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createPgliteDatabase } from "../../adapters/database/pglite-database.ts";
import { recordedLog } from "./recorded-log.ts";
import { schemaHash } from "./schema-hash.ts";

/** A `DATA_DIR` of its own with an embedded database in it that is made and migrated already, which saves 5 s. */
export type FreshDataDir = { readonly dataDir: string; remove(): void };

export async function createFreshDataDir(): Promise<FreshDataDir> {
  const template = await ensureTemplate();
  const dataDir = mkdtempSync(join(tmpdir(), "antbox-data-"));
  cpSync(template, join(dataDir, "database"), { recursive: true });
  return { dataDir, remove: () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Kept between runs. Several files may make it at once: the first whole one stays. */
async function ensureTemplate(): Promise<string> {
  const template = resolve(`.runtime/pglite-${schemaHash()}`);
  if (existsSync(template)) return template;
  mkdirSync(resolve(".runtime"), { recursive: true });
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
