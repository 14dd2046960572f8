import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/** A platform that a browser can be pointed at. `kill` and `start` are null for one that the test did not start itself. */
export type RunningPlatform = {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly sites: number;
  /** `kill -9`. */
  readonly kill: (() => Promise<void>) | null;
  /** Again on the same port, with the same data; resolves when it is ready. */
  readonly start: (() => Promise<void>) | null;
  close(): Promise<void>;
};

export type PlatformOptions = {
  readonly sites: number;
  readonly intervalS: number;
  /** The first port of the simulated fleet: it takes `sites + 1` in a row. */
  readonly simulatorPort?: number;
};

const ROOT = path.join(import.meta.dirname, "../..");
const PASSWORD = "e2e-Only-On-Loopback-1";
const READY_WITHIN_MS = 90_000;

/**
 * The built platform with the embedded database and a simulated fleet, each a process of its own on loopback. With
 * `E2E_URL` (and `E2E_USERNAME`, `E2E_PASSWORD`, `E2E_SITES`) in the environment nothing is started.
 *
 * @throws {Error} with the last lines of its log when it is not ready in time
 */
export async function startPlatform(options: PlatformOptions): Promise<RunningPlatform> {
  const given = process.env["E2E_URL"];
  return given === undefined ? await startOwn(options) : givenPlatform(given, options);
}

function givenPlatform(url: string, options: PlatformOptions): RunningPlatform {
  return {
    url: url.replace(/\/$/, ""),
    username: process.env["E2E_USERNAME"] ?? "admin",
    password: process.env["E2E_PASSWORD"] ?? "",
    sites: Number(process.env["E2E_SITES"] ?? options.sites),
    kill: null,
    start: null,
    close: () => Promise.resolve(),
  };
}

async function startOwn({ sites, intervalS, simulatorPort = 23_610 }: PlatformOptions): Promise<RunningPlatform> {
  const folder = await mkdtemp(path.join(tmpdir(), "antbox-e2e-"));
  const sitesFile = path.join(folder, "sites.yaml");
  const fleet = run("simulator/main.ts", [
    ...["--sites", String(sites), "--port", String(simulatorPort), "--sites-file", sitesFile],
    ...["--interval-s", String(intervalS), "--seed", "7"],
  ]);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let platform: Running | undefined;

  async function start(): Promise<void> {
    platform = run("dist/server.js", [], {
      PORT: String(port),
      DATA_DIR: path.join(folder, "data"),
      SITES_FILE: sitesFile,
      POLL_INTERVAL_S: String(intervalS),
      ADMIN_PASSWORD: PASSWORD,
      LOG_LEVEL: "warn",
    });
    await ready(url, platform);
  }
  async function kill(): Promise<void> {
    await platform?.end("SIGKILL");
    platform = undefined;
  }
  async function close(): Promise<void> {
    await Promise.all([platform?.end("SIGTERM"), fleet.end("SIGTERM")]);
    await rm(folder, { recursive: true, force: true });
  }

  try {
    await fleet.says(" sites on ");
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  return { url, username: "admin", password: PASSWORD, sites, kill, start, close };
}

type Running = {
  says(text: string): Promise<void>;
  end(signal: NodeJS.Signals): Promise<void>;
  readonly log: () => string;
  readonly child: ChildProcess;
};

function run(script: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [path.join(ROOT, script), ...args], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  const keep = (chunk: Buffer): void => {
    log = (log + chunk.toString()).slice(-8000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  // A test that is cut short must not leave its processes on the machine.
  const endWithUs = (): boolean => child.kill("SIGKILL");
  process.once("exit", endWithUs);
  const ended = new Promise<void>((resolve) =>
    child.once("exit", () => {
      process.off("exit", endWithUs);
      resolve();
    }),
  );
  return {
    child,
    log: () => log,
    async says(text) {
      await until(() => log.includes(text) || child.exitCode !== null);
      if (!log.includes(text)) throw new Error(`${script} ended before it said "${text}":\n${log}`);
    },
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await ended;
    },
  };
}

async function ready(url: string, platform: Running): Promise<void> {
  await until(async () => platform.child.exitCode !== null || (await statusOf(`${url}/readyz`)) === 200);
  if (platform.child.exitCode !== null) throw new Error(`the platform ended:\n${platform.log()}`);
}

async function statusOf(url: string): Promise<number | null> {
  try {
    return (await fetch(url)).status;
  } catch {
    return null;
  }
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + READY_WITHIN_MS;
  while (!(await isTrue())) {
    if (Date.now() > giveUpAt) throw new Error(`not ready within ${READY_WITHIN_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
