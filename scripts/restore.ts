import path from "node:path";
import { parseArgs } from "node:util";
import { restoreBackup } from "./backup/restore-backup.ts";

/** `npm run restore -- --from BACKUP --data-dir EMPTY`: see docs/operating.md. */
async function main(): Promise<void> {
  const { from, "data-dir": dataDir } = parseArgs({
    options: { from: { type: "string" }, "data-dir": { type: "string" } },
  }).values;
  if (from === undefined || dataDir === undefined) {
    throw new Error("usage: npm run restore -- --from BACKUP --data-dir EMPTY");
  }
  const target = path.resolve(dataDir);
  const { madeAt, database } = await restoreBackup(path.resolve(from), target);
  console.log(`${target}: restored the backup of ${madeAt}`);
  if (database === null)
    console.log("the data was in a PostgreSQL server: restore that by itself, see docs/operating.md");
  console.log(`start the platform with DATA_DIR=${target}; flows of the backup are in flows-of-backup/`);
}

main().catch((error: unknown) => {
  console.error(`restore: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
