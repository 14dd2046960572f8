import { closeSync, copyFileSync, existsSync, openSync, readSync, rmSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

const TRIES = 20;
const AGAIN_MS = 250;
const WAL_HEADER_BYTES = 32;

/**
 * Copies the journal, also while the platform writes into it. That keeps the file locked for itself, so SQLite's own way of
 * copying is not open to us; its two files are copied as they lie there. They fit together unless one was written into the
 * other meanwhile, or the second was begun anew: then again. What was half written at its end SQLite leaves out by itself.
 *
 * @throws {Error} when the copy is not whole
 */
export async function copyJournal(file: string, copy: string): Promise<void> {
  if (!existsSync(file)) return;
  for (let tries = 1; !copyOnce(file, copy); tries += 1) {
    if (tries === TRIES) throw new Error(`${file}: is written too busily to be copied; try again`);
    await sleep(AGAIN_MS);
  }
  const database = new DatabaseSync(copy);
  try {
    const [row] = database.prepare("pragma integrity_check").all();
    if (row?.["integrity_check"] !== "ok") throw new Error(`${file}: its copy is not whole; try again`);
  } finally {
    database.close();
  }
}

function copyOnce(file: string, copy: string): boolean {
  for (const name of [copy, `${copy}-wal`]) rmSync(name, { force: true });
  const before = stateOf(file);
  copyFileSync(file, copy);
  if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
  return stateOf(file) === before;
}

/** Changes when pages move from the log into the file, and when the log is begun anew; not when it grows. */
function stateOf(file: string): string {
  const { mtimeNs, size } = statSync(file, { bigint: true });
  return `${mtimeNs} ${size} ${headerOf(`${file}-wal`)}`;
}

function headerOf(file: string): string {
  if (!existsSync(file)) return "";
  const header = Buffer.alloc(WAL_HEADER_BYTES);
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, header);
  } finally {
    closeSync(descriptor);
  }
  return header.toString("hex");
}
