import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { AppError } from "../../domain/errors.ts";
import type { Log } from "../../domain/log.ts";
import type { Database, Engine, QueryOptions, Row } from "./database.ts";
import { folderBytes } from "./folder-bytes.ts";
import type { WorkerCall, WorkerReply, WorkerRequest, WorkerSettings } from "./pglite-protocol.ts";
import { SqlError } from "./sql-errors.ts";

const DEFAULT_TIMEOUT_MS = { request: 5_000, ingest: 10_000, lease: 10_000, jobs: 30_000 } as const;
const LONGEST_MS = 30_000;
const DUMP_MS = 600_000;
const PROBE_MS = 1_000;
const MAX_WAITING = 1_000;
const PACK_BELOW_BYTES = 1024 ** 3;

/** The embedded database also copies itself: it is not safe against a power failure. */
export type EmbeddedDatabase = Database & {
  /**
   * Copies the store into `folder`, under that name: a gzipped file, or above 1 GB a folder, for which the store is closed
   * and opened again. The copy appears when it is whole; calls wait for it. @returns where it is, and its size
   */
  dump(folder: string, name: string): Promise<{ readonly path: string; readonly bytes: number }>;
};

type Answer = Extract<WorkerReply, { id: number }>;
type Pending = {
  readonly request: WorkerRequest;
  readonly timeoutMs: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
};
type Opened = { readonly worker: Worker; readonly engine: Engine };

/**
 * PGlite in its own worker. Calls run one at a time, in order. What outlasts its limit is ended by ending the worker,
 * since PGlite cannot cancel; the next one opens the same folder, as after a crash, and the calls behind go on there.
 *
 * @param storeFolder made when missing, which takes up to 10 s
 * @param packBelowBytes a larger store is copied as a folder: packing needs as much memory as the store is large
 * @throws {AppError} `storage.unavailable` when the store cannot be opened
 */
export async function createPgliteDatabase(
  storeFolder: string,
  log: Log,
  packBelowBytes: number = PACK_BELOW_BYTES,
): Promise<EmbeddedDatabase> {
  const queue: Pending[] = [];
  let opened: Opened | null = null;
  let running: Pending | null = null;
  let limit: NodeJS.Timeout | undefined;
  let nextId = 1;
  let isClosed = false;
  let reopening: Promise<void> | null = null;

  async function start(): Promise<void> {
    const worker = await openWorker(storeFolder, log);
    if (isClosed) return void (await worker.worker.terminate());
    opened = worker;
    worker.worker.on("message", (reply: WorkerReply) => settle(reply));
    worker.worker.on("error", (error) => log.error({ reason: error.message }, "the embedded database failed"));
    worker.worker.on("exit", () => {
      if (opened?.worker === worker.worker) restart(new SqlError("the embedded database ended", null, "worker_ended"));
    });
    runNext();
  }

  function settle(reply: WorkerReply): void {
    if (reply.kind === "log") log[reply.level](reply.facts, reply.text);
    if (!("id" in reply)) return;
    const call = running;
    if (!call || call.request.id !== reply.id) return;
    clearTimeout(limit);
    running = null;
    if (reply.kind === "error") call.reject(new SqlError(reply.error.message, reply.error.sqlState, reply.error.code));
    else call.resolve(reply);
    // After that one the store is closed: what waits goes on in the next worker.
    if (call.request.do === "copy") restart(new SqlError("the store is opened again", null, "reopened"));
    else runNext();
  }

  function runNext(): void {
    if (running || !opened) return;
    const next = queue.shift();
    if (!next) return;
    running = next;
    limit = setTimeout(() => {
      log.warn({ timeoutMs: next.timeoutMs }, "a query on the embedded database took too long and was ended");
      restart(new SqlError("the query took too long and was ended", "57014", "57014"));
    }, next.timeoutMs);
    opened.worker.postMessage(next.request);
  }

  /** Ends the worker, fails what runs in it, and opens the store again for what waits. */
  function restart(reason: SqlError): void {
    clearTimeout(limit);
    const ended = opened?.worker;
    const call = running;
    opened = null;
    running = null;
    call?.reject(reason);
    if (isClosed || reopening) return;
    reopening = reopen(ended).finally(() => {
      reopening = null;
    });
  }

  async function reopen(ended: Worker | undefined): Promise<void> {
    await ended?.terminate();
    for (let waitMs = 500; !isClosed; waitMs = Math.min(waitMs * 2, 10_000)) {
      try {
        await start();
        return;
      } catch (error) {
        log.error(
          { reason: error instanceof Error ? error.message : String(error) },
          "the embedded database cannot be reopened",
        );
        for (const call of queue.splice(0))
          call.reject(new SqlError("the embedded database is not open", null, "not_open"));
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  function ask(call: WorkerCall, timeoutMs: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (isClosed) return reject(new SqlError("the database was closed", null, "closed"));
      if (queue.length >= MAX_WAITING) {
        return reject(new SqlError("too many requests wait for the database", null, "overloaded"));
      }
      queue.push({ request: { id: nextId++, ...call }, timeoutMs, resolve, reject });
      runNext();
    });
  }

  async function query<T extends Row = Row>(text: string, values: readonly unknown[] = [], options: QueryOptions = {}) {
    const statement = options.name === undefined ? { text, values } : { text, values, name: options.name };
    const answer = await ask({ do: "query", statement }, limitOf(options));
    return (answer.kind === "rows" ? answer.rows.map(restoreBytes) : []) as T[];
  }

  await start();
  const engine = (opened as Opened | null)?.engine;
  if (!engine) throw new AppError("storage.unavailable", "the embedded database did not open");
  return {
    engine,
    whenReady: () => Promise.resolve(),
    query,
    async transaction(statements, options = {}) {
      const answer = await ask({ do: "transaction", statements }, limitOf(options));
      return answer.kind === "results" ? answer.results.map((rows) => rows.map(restoreBytes)) : [];
    },
    async script(text, options = {}) {
      const answer = await ask({ do: "script", text }, limitOf(options));
      return answer.kind === "rows" ? answer.rows.map(restoreBytes) : [];
    },
    async isReachable() {
      const timer = Promise.withResolvers<false>();
      const timeout = setTimeout(() => timer.resolve(false), PROBE_MS);
      // The probe may wait behind a long query: it must not be the reason to end that one, so its own limit is long.
      const probe = query("select 1", [], { timeoutMs: LONGEST_MS }).then(
        () => true,
        () => false,
      );
      return Promise.race([probe, timer.promise]).finally(() => clearTimeout(timeout));
    },
    async dump(folder, name) {
      const isPacked = folderBytes(storeFolder) < packBelowBytes;
      const path = join(folder, isPacked ? `${name}.tar.gz` : name);
      const answer = await ask(isPacked ? { do: "dump", file: path } : { do: "copy", folder: path }, DUMP_MS);
      return { path, bytes: answer.kind === "size" ? answer.bytes : 0 };
    },
    async close() {
      if (isClosed) return;
      const closing = opened ? ask({ do: "close" }, LONGEST_MS).catch(() => undefined) : undefined;
      isClosed = true;
      await closing;
      for (const call of queue.splice(0)) call.reject(new SqlError("the database was closed", null, "closed"));
      await reopening;
      await opened?.worker.terminate();
    },
  };
}

function limitOf({ timeoutMs, lane }: Omit<QueryOptions, "name">): number {
  return Math.min(timeoutMs ?? DEFAULT_TIMEOUT_MS[lane ?? "request"], LONGEST_MS);
}

/** Starts a worker and waits until its store is open. @throws {AppError} `storage.unavailable` */
function openWorker(storeFolder: string, log: Log): Promise<Opened> {
  const settings: WorkerSettings = { storeFolder };
  const worker = new Worker(workerFile(), { workerData: settings });
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      void worker.terminate();
      reject(new AppError("storage.unavailable", `the embedded database in ${storeFolder} does not open: ${reason}`));
    };
    const onError = (error: Error) => fail(error.message);
    const onExit = (code: number) => fail(`its thread ended with code ${code}`);
    const onMessage = (reply: WorkerReply) => {
      if (reply.kind === "log") log[reply.level](reply.facts, reply.text);
      if (reply.kind === "failed") fail(reply.message);
      if (reply.kind !== "ready") return;
      worker.off("error", onError).off("exit", onExit).off("message", onMessage);
      resolve({ worker, engine: reply.engine });
    };
    worker.on("error", onError).on("exit", onExit).on("message", onMessage);
  });
}

/** Beside this file as TypeScript, or in its own place under `dist/` when this code was bundled into any chunk there. */
function workerFile(): URL {
  const places = [
    "./pglite-worker.ts",
    "./pglite-worker.js",
    "./adapters/database/pglite-worker.js",
    "../adapters/database/pglite-worker.js",
    "../../adapters/database/pglite-worker.js",
  ];
  const found = places.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(fileURLToPath(url)));
  if (!found)
    throw new AppError("storage.unavailable", "adapters/database/pglite-worker.js is missing from this installation");
  return found;
}

/** A byte array loses its class on the way between threads; `pg` gives a Buffer. */
function restoreBytes(row: Row): Row {
  for (const [name, value] of Object.entries(row)) {
    if (value instanceof Uint8Array) row[name] = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  return row;
}
