import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pg from "pg";
import { type ChildServer, startChild, waitUntilUp } from "./child-server.ts";
import { freePort } from "./free-port.ts";

/** Where scripts/services/install.sh may have put the server, best first. */
const PREFIXES = [
  process.env["TEST_TIMESCALE_PREFIX"],
  resolve(".runtime/timescale"),
  "/var/cache/antbox-flow/timescale",
];
const UNPRIVILEGED_USER = "nobody";
const STOP_SIGNALS = { fast: "SIGINT", immediate: "SIGQUIT" } as const;

/** A PostgreSQL server with TimescaleDB (Apache) preloaded, its data in a temporary folder, user `postgres`. */
export type PostgresServer = {
  /** `postgres://…` without a database name. */
  readonly url: string;
  /** Starts it again on the same port and data, after `stop`. */
  start(): Promise<void>;
  /** `immediate` is a crash: no checkpoint, no goodbye to clients; the next start recovers. */
  stop(mode: "fast" | "immediate"): Promise<void>;
  /** Stops it and removes its data. */
  dispose(): Promise<void>;
};

/** The folder with PostgreSQL's programs; null where scripts/services/install.sh was not run. */
export function findPostgres(): string | null {
  for (const prefix of PREFIXES) {
    if (!prefix || !existsSync(join(prefix, ".complete"))) continue;
    const folder = globSync("usr/lib/postgresql/*/bin", { cwd: prefix })[0];
    if (folder) return join(prefix, folder);
  }
  return null;
}

/**
 * Makes a cluster and starts a server on a free port of 127.0.0.1.
 *
 * @param settings lines for postgresql.conf, such as `{ fsync: "on" }`; by default nothing is synced, as a killed
 *   server loses nothing that the kernel has
 * @param restored a data folder that is there already, such as one from a backup; it stays when the server is disposed of
 * @throws {Error} when it is not installed, or does not start
 */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
  restored?: string,
): Promise<PostgresServer> {
  const programs = findPostgres();
  if (!programs) throw new Error("PostgreSQL is not installed for tests; run scripts/services/install.sh as root");
  const folder = makeFolder();
  const dataFolder = restored ?? join(folder, "data");
  if (restored === undefined) {
    asServerUser(join(programs, "initdb"), [
      ...["-D", dataFolder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions"],
      ...["--locale-provider=builtin", "--locale=C.UTF-8"],
    ]);
  }
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}`;
  const options = { ...DEFAULTS, ...settings, port: String(port) };
  const parameters = Object.entries(options).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  let server: ChildServer | null = null;

  async function start() {
    if (server) return;
    server = startChild(join(programs ?? "", "postgres"), ["-D", dataFolder, ...parameters], UNPRIVILEGED_USER);
    await waitUntilUp(server, () => answers(url));
  }
  async function stop(mode: "fast" | "immediate") {
    if (!server) return;
    postmaster(dataFolder)?.(STOP_SIGNALS[mode]);
    await server.exited;
    server = null;
  }
  async function dispose() {
    await stop("immediate");
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  try {
    await start();
  } catch (error) {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    throw error;
  }
  return { url, start, stop, dispose };
}

const DEFAULTS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  shared_preload_libraries: "timescaledb",
  "timescaledb.telemetry_level": "off",
  max_connections: "300",
  shared_buffers: "64MB",
  fsync: "off",
  jit: "off",
  log_min_messages: "fatal",
} as const;

/**
 * Runs shell commands as the server's user, with PostgreSQL's programs in the path; the first that fails ends it.
 *
 * @throws {Error} with what it printed
 */
export function runAsServerUser(commands: string, environment: Readonly<Record<string, string>>): string {
  const owner = process.getuid?.() === 0 ? numbersOf(UNPRIVILEGED_USER) : {};
  const PATH = `${findPostgres() ?? ""}:${process.env["PATH"] ?? ""}`;
  return execFileSync("sh", ["-euc", commands], {
    ...owner,
    cwd: "/",
    stdio: "pipe",
    encoding: "utf8",
    env: { PATH, ...environment },
  });
}

/** A temporary folder of the server's user. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "antbox-postgres-"));
  chmodSync(folder, 0o755);
  const owner = process.getuid?.() === 0 ? numbersOf(UNPRIVILEGED_USER) : null;
  if (owner) chownSync(folder, owner.uid, owner.gid);
  return folder;
}

function numbersOf(user: string): { uid: number; gid: number } {
  const [uid, gid] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, user], { encoding: "utf8" })));
  if (uid === undefined || gid === undefined) throw new Error(`no user ${user}`);
  return { uid, gid };
}

function asServerUser(program: string, parameters: readonly string[]): void {
  const owner = process.getuid?.() === 0 ? numbersOf(UNPRIVILEGED_USER) : {};
  execFileSync(program, [...parameters], {
    ...owner,
    cwd: "/",
    stdio: "pipe",
    env: { PATH: process.env["PATH"] ?? "" },
  });
}

/** The process named in postmaster.pid: `setpriv` replaced itself by it, but only the file tells for sure. */
function postmaster(dataFolder: string): ((signal: NodeJS.Signals) => void) | null {
  const file = join(dataFolder, "postmaster.pid");
  if (!existsSync(file)) return null;
  const pid = Number(readFileSync(file, "utf8").split("\n")[0]);
  return (signal) => process.kill(pid, signal);
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: `${url}/postgres`, connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("select 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
