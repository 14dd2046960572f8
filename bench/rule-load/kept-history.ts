import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createFreshDatabase } from "../../test/services/fresh-database.ts";
import { type PostgresServer, runAsServerUser, startPostgres } from "../../test/services/postgres-server.ts";
import type { Load } from "../history-load/fill.ts";

const SETTINGS = { fsync: "off", shared_buffers: "1GB", max_wal_size: "8GB", work_mem: "32MB" };

type Kept = { readonly name: string; readonly load: Load };

/** A server with a database that is to be filled, or was by an earlier run. */
export type HistoryServer = {
  readonly url: string;
  /** To be called when everything is in it. */
  keep(): void;
  close(): Promise<void>;
};

/** What the history in a folder is like; null: there is none that was filled to its end. */
export function keptLoad(folder: string | undefined): Load | null {
  return folder === undefined ? null : (keptIn(folder)?.load ?? null);
}

/**
 * Starts a server on the history that a folder holds, or on none. Without a folder nothing is left of it in the end.
 *
 * @param folder its parents must let the server's own user in
 * @throws {Error} when a run was ended while it filled the folder
 */
export async function openHistoryServer(folder: string | undefined, load: Load): Promise<HistoryServer> {
  const kept = folder === undefined ? null : keptIn(folder);
  const server = await startPostgres(SETTINGS, folder === undefined ? undefined : clusterIn(folder, kept));
  if (kept !== null) {
    return { url: `${server.url}/${kept.name}`, keep: () => undefined, close: () => stop(server) };
  }
  const { url, drop } = await createFreshDatabase(server.url, { timescale: true });
  return {
    url,
    keep() {
      const own: Kept = { name: new URL(url).pathname.slice(1), load };
      if (folder !== undefined) writeFileSync(loadFile(folder), JSON.stringify(own));
    },
    async close() {
      if (folder === undefined) await drop();
      await stop(server);
    },
  };
}

/** With all that it holds on its disk: what is kept must not be torn. */
async function stop(server: PostgresServer): Promise<void> {
  await server.stop("fast");
  await server.dispose();
}

function clusterIn(folder: string, kept: Kept | null): string {
  const cluster = join(resolve(folder), "cluster");
  if (kept !== null) return cluster;
  if (existsSync(cluster)) throw new Error(`${folder} holds a part of a history: remove it`);
  mkdirSync(folder, { recursive: true });
  // The server's own user makes its folder there.
  chmodSync(folder, 0o777);
  runAsServerUser(
    'initdb -D "$CLUSTER" -U postgres -A trust -E UTF8 --no-sync --locale-provider=builtin --locale=C.UTF-8',
    { CLUSTER: cluster },
  );
  return cluster;
}

function keptIn(folder: string): Kept | null {
  return existsSync(loadFile(folder)) ? (JSON.parse(readFileSync(loadFile(folder), "utf8")) as Kept) : null;
}

function loadFile(folder: string): string {
  return join(folder, "load.json");
}
