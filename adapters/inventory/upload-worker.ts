import { parentPort, workerData } from "node:worker_threads";
import { readUploadedSites } from "./read-import.ts";
import type { UploadReply, UploadTask } from "./read-upload.ts";

/** Reads one uploaded inventory in a thread that may be ended at any time. */
const { text, profileIds } = workerData as UploadTask;
const known = new Set(profileIds);
parentPort?.postMessage(read());

function read(): UploadReply {
  try {
    return { rows: readUploadedSites(text, (id) => known.has(id)) };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
