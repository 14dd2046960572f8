import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { accepts, type ChildServer, startChild, waitUntilUp } from "./child-server.ts";
import { freePort } from "./free-port.ts";

/** A Redis server that keeps nothing on disk. */
export type RedisServer = {
  readonly url: string;
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>;
  /** Kills it: a Redis that is gone. */
  stop(): Promise<void>;
  dispose(): Promise<void>;
};

/** The program; null where it is not installed. */
export function findRedis(): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, "redis-server")).find((program) => existsSync(program)) ?? null;
}

/**
 * @param more arguments after ours, which win, such as those for TLS
 * @throws {Error} when it is not installed, or does not start
 */
export async function startRedis(more: (port: number) => readonly string[] = () => []): Promise<RedisServer> {
  const program = findRedis();
  if (!program) throw new Error("redis-server is not installed; run scripts/services/install.sh as root");
  const folder = mkdtempSync(join(tmpdir(), "antbox-redis-"));
  const port = await freePort();
  const parameters = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
    "--dir",
    folder,
    ...more(port),
  ];
  let server: ChildServer | null = null;

  async function start() {
    if (server) return;
    server = startChild(program ?? "", parameters);
    await waitUntilUp(server, () => accepts(port));
  }
  async function stop() {
    server?.child.kill("SIGKILL");
    await server?.exited;
    server = null;
  }
  async function dispose() {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  }
  await start();
  return { url: `redis://127.0.0.1:${port}`, start, stop, dispose };
}
