import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { AppError } from "../domain/errors.ts";
import { type Representation, represent } from "./representation.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".png": "image/png",
  ".ico": "image/x-icon",
};
const folders = new Map<string, Promise<ReadonlyMap<string, Representation>>>();

/**
 * A file of the built login page, from memory. Only names that the folder held when it was first read exist, so no path
 * in a request ever reaches the file system.
 *
 * @throws {AppError} `request.not-found`
 */
export async function loginFileOf(folder: string, name: string): Promise<Representation> {
  const reading = folders.get(folder) ?? readAll(folder);
  folders.set(folder, reading);
  const files = await reading;
  // The build may come after the first request; a folder that is there is read once.
  if (files.size === 0) folders.delete(folder);
  const file = files.get(name);
  if (!file) throw new AppError("request.not-found", "no such file; was the user interface built?");
  return file;
}

async function readAll(folder: string): Promise<ReadonlyMap<string, Representation>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, Representation>();
  for (const entry of entries) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || !type) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join("/");
    files.set(name, represent(type, await readFile(path), cacheControlOf(name)));
  }
  return files;
}

/** Names with a hash of the content never change their content. */
function cacheControlOf(name: string): string {
  return /[-.][\w-]{8,}\.(js|css|woff2|svg)$/.test(name) ? "public, max-age=31536000, immutable" : "no-cache";
}
