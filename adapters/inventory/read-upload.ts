import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { AppError } from "../../domain/errors.ts";
import type { UploadedRow } from "./read-import.ts";

export type UploadTask = { readonly text: string; readonly profileIds: readonly string[] };
export type UploadReply = { readonly rows: readonly UploadedRow[] } | { readonly reason: string };

/** 20,000 sites take some seconds; 60 KB of made-up keys take a minute, and a thousand aliases for ever. */
const WITHIN_MS = 10_000;
const MEMORY_MB = 256;

/**
 * Reads an uploaded inventory in a thread of its own, with a limit on time and memory: collection and screens go on, whatever
 * stands in the file.
 *
 * @throws {AppError} `inventory.invalid`: it cannot be read, or not within the limits
 */
export function readUpload(text: string, profileIds: readonly string[]): Promise<readonly UploadedRow[]> {
  const task: UploadTask = { text, profileIds };
  const worker = new Worker(workerFile(), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB, maxYoungGenerationSizeMb: 32 },
  });
  return new Promise<readonly UploadedRow[]>((resolve, reject) => {
    const refuse = (reason: string, cause?: unknown) => reject(new AppError("inventory.invalid", reason, { cause }));
    const timer = setTimeout(() => refuse("reading the file takes too long: it is no list of sites"), WITHIN_MS);
    worker.once("message", (reply: UploadReply) => ("rows" in reply ? resolve(reply.rows) : refuse(reply.reason)));
    worker.once("error", (cause) => refuse("the file cannot be read: it asks for too much memory", cause));
    worker.once("exit", () => {
      clearTimeout(timer);
      refuse("the file cannot be read");
    });
  }).finally(() => void worker.terminate());
}

/** Beside this file as TypeScript, or in its own place under `dist/` when this code was bundled into any chunk there. */
function workerFile(): URL {
  const places = [
    "./upload-worker.ts",
    "./upload-worker.js",
    "./adapters/inventory/upload-worker.js",
    "../adapters/inventory/upload-worker.js",
    "../../adapters/inventory/upload-worker.js",
  ];
  const found = places.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(fileURLToPath(url)));
  if (!found) throw new Error("adapters/inventory/upload-worker.js is missing from this installation");
  return found;
}
