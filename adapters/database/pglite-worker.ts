import { closeSync, cpSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { createPgConfig } from "@electric-sql/pglite/node-postgres";
import pg from "pg";
import type { Log } from "../../domain/log.ts";
import { folderBytes } from "./folder-bytes.ts";
import type { WorkerCall, WorkerReply, WorkerRequest, WorkerSettings } from "./pglite-protocol.ts";
import { prepareSchema } from "./prepare-schema.ts";
import { runScript, runStatement, runTransaction } from "./session.ts";
import { toSqlError } from "./sql-errors.ts";

/**
 * PGlite in a thread of its own: a query runs in the thread that asks for it, and would stop collection and screens.
 * Requests run strictly one after another through one client of `pg`, so that types are those of a real server and
 * nothing can slip into a transaction.
 */
if (!parentPort) throw new Error("this file is a worker; open the database with openDatabase()");
const port = parentPort;
const { storeFolder } = workerData as WorkerSettings;

const log: Log = {
  info: (facts, text) => reply({ kind: "log", level: "info", facts: { ...facts }, text }),
  warn: (facts, text) => reply({ kind: "log", level: "warn", facts: { ...facts }, text }),
  error: (facts, text) => reply({ kind: "log", level: "error", facts: { ...facts }, text }),
};

await open();

async function open(): Promise<void> {
  try {
    const store = await PGlite.create({ dataDir: storeFolder });
    const client = new pg.Client(createPgConfig(store));
    await client.connect();
    await client.query("set timezone = 'UTC'");
    const engine = await prepareSchema(client, "pglite", log);
    let last: Promise<void> = Promise.resolve();
    port.on("message", (request: WorkerRequest) => {
      last = last.then(() => answer(request, store, client));
    });
    reply({ kind: "ready", engine });
  } catch (error) {
    reply({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  }
}

async function answer(request: WorkerRequest, store: PGlite, client: pg.Client): Promise<void> {
  try {
    reply(await perform(request, store, client));
  } catch (error) {
    const { message, sqlState, code } = toSqlError(error);
    reply({ kind: "error", id: request.id, error: { message, sqlState, code } });
  }
}

async function perform(request: WorkerRequest, store: PGlite, client: pg.Client): Promise<WorkerReply> {
  const { id } = request;
  const call: WorkerCall = request;
  switch (call.do) {
    case "query":
      return { kind: "rows", id, rows: await runStatement(client, call.statement) };
    case "transaction":
      return { kind: "results", id, results: await runTransaction(client, call.statements) };
    case "script":
      return { kind: "rows", id, rows: await runScript(client, call.text) };
    case "dump":
      return { kind: "size", id, bytes: await dump(store, call.file) };
    case "copy":
      await store.close();
      return { kind: "size", id, bytes: copyFolder(call.folder) };
    case "close":
      await store.close();
      return { kind: "rows", id, rows: [] };
  }
}

/** The file appears under its name only when it is whole and on the disk. */
async function dump(store: PGlite, file: string): Promise<number> {
  const copy = await store.dumpDataDir("gzip");
  const bytes = Buffer.from(await copy.arrayBuffer());
  const draft = `${file}.draft`;
  const descriptor = openSync(draft, "w", 0o600);
  try {
    writeSync(descriptor, bytes);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, file);
  return bytes.length;
}

/** The store is closed meanwhile; the folder appears under its name only when it is whole. */
function copyFolder(folder: string): number {
  const draft = `${folder}.draft`;
  rmSync(draft, { recursive: true, force: true });
  cpSync(storeFolder, draft, { recursive: true });
  renameSync(draft, folder);
  return folderBytes(folder);
}

function reply(message: WorkerReply): void {
  port.postMessage(message);
}
