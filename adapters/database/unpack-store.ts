import { readFile } from "node:fs/promises";
import { PGlite } from "@electric-sql/pglite";

/**
 * Makes the folder of an embedded database from one of its gzipped copies, and opens it once.
 *
 * @param storeFolder must not exist
 * @throws {Error} when the copy is not one, or does not open
 */
export async function unpackStore(file: string, storeFolder: string): Promise<void> {
  const copy = new Blob([await readFile(file)], { type: "application/gzip" });
  const store = await PGlite.create({ dataDir: storeFolder, loadDataDir: copy });
  await store.query("select 1");
  await store.close();
}
