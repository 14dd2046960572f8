import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { makeBackup } from "./backup/make-backup.ts";

/** `npm run backup -- --to FOLDER [--data-dir FOLDER]`: see docs/operating.md. */
const ABOVE = path.resolve(import.meta.dirname, "..");
/** The package's own folder, whether this runs as source or from `dist/scripts/`, as in the container image. */
const ROOT = path.basename(ABOVE) === "dist" ? path.dirname(ABOVE) : ABOVE;

async function main(): Promise<void> {
  const { to, "data-dir": given } = parseArgs({
    options: { to: { type: "string" }, "data-dir": { type: "string" } },
  }).values;
  if (to === undefined) throw new Error("usage: npm run backup -- --to FOLDER [--data-dir FOLDER]");
  const { version } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as { version: string };
  const { folder, manifest } = await makeBackup({
    dataDir: path.resolve(given ?? process.env["DATA_DIR"] ?? "var"),
    to: path.resolve(to),
    flowsDir: path.resolve(process.env["FLOWS_DIR"] ?? path.join(ROOT, "flows")),
    version,
    nowMs: Date.now(),
  });
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  console.log(`${folder}: ${manifest.files.length} files, ${(bytes / 1e6).toFixed(1)} MB`);
  if (manifest.database === null) {
    console.log("the data is in a PostgreSQL server: back that up by itself, see docs/operating.md");
  } else {
    console.log(`database as of ${manifest.database.madeAt}; the journal adds what came after`);
  }
  if (manifest.files.some((file) => file.path === "secret.key")) {
    console.log("it holds the secret key: keep it as safe as the platform itself");
  }
}

main().catch((error: unknown) => {
  console.error(`backup: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
