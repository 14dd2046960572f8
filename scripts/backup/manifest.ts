import { createHash } from "node:crypto";
import { createReadStream, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

export const MANIFEST = "manifest.json";

const Manifest = z.strictObject({
  format: z.literal(1),
  platform: z.string(),
  madeAt: z.iso.datetime(),
  database: z
    .strictObject({ kind: z.enum(["folder", "dump"]), path: z.string(), madeAt: z.iso.datetime() })
    .nullable()
    .describe("Null: the data is in a PostgreSQL server, and not in here"),
  files: z.array(z.strictObject({ path: z.string(), bytes: z.int(), sha256: z.string().length(64) })),
});
/** What a backup holds: every file with its hash, so that a restore knows that all of it is there and unchanged. */
export type Manifest = z.infer<typeof Manifest>;

/** All files below the folder, with "/" between the parts of a path, in order. */
function listFiles(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
    .sort();
}

export async function hashFiles(folder: string): Promise<Manifest["files"]> {
  const files: Manifest["files"] = [];
  for (const file of listFiles(folder).filter((name) => name !== MANIFEST)) {
    const whole = path.join(folder, file);
    files.push({ path: file, bytes: statSync(whole).size, sha256: await sha256(whole) });
  }
  return files;
}

/**
 * Reads the manifest and compares every file with it.
 *
 * @throws {Error} that names the first file that is missing, changed or not listed
 */
export async function checkBackup(folder: string): Promise<Manifest> {
  const manifest = readManifest(folder);
  const found = new Map((await hashFiles(folder)).map((file) => [file.path, file]));
  for (const { path: file, sha256: wanted } of manifest.files) {
    const own = found.get(file);
    if (!own) throw new Error(`${file}: is missing from the backup`);
    if (own.sha256 !== wanted) throw new Error(`${file}: is not what was backed up (its hash differs)`);
    found.delete(file);
  }
  const [stranger] = found.keys();
  if (stranger !== undefined) throw new Error(`${stranger}: is in the backup, but not in its ${MANIFEST}`);
  return manifest;
}

function readManifest(folder: string): Manifest {
  const file = path.join(folder, MANIFEST);
  try {
    return Manifest.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new Error(`${file}: this is no backup, or one of a newer platform: ${String(error).slice(0, 200)}`);
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
