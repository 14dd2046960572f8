import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import nodeFlags from "../../scripts/node-flags.json" with { type: "json" };
import { cookiesOf } from "./cookies-of.ts";
import { freePort } from "./free-port.ts";
import { createFreshDataDir } from "./fresh-pglite.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
export const ADMIN_PASSWORD = "correct horse battery";
const START_WITHIN_MS = 120_000;
const YAML_SITES = 1_500;

export type Fleet = { readonly controlUrl: string; readonly sitesFile: string; stop(): Promise<void> };
export type PlatformOptions = {
  readonly sitesFile: string;
  /** `postgres://…`; null = embedded. */
  readonly databaseUrl: string | null;
  /** The embedded database is made by the platform itself, as at the very first start; otherwise it is there already. */
  readonly makesDatabase?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** What an integrator does to the flows before the start: gets the folder with this platform's copy of the shipped ones. */
  readonly editFlows?: (folder: string) => void;
  /** Programs in front of node, such as `["taskset", "-c", "0"]`. */
  readonly prefix?: readonly string[];
};

/** The built platform (`dist/server.js`) as a process of its own, which may be killed and started again. */
export type PlatformProcess = {
  readonly url: string;
  readonly dataDir: string;
  readonly pid: () => number;
  /** Starts it on the same port and data folder; resolves when it answers `/healthz`. */
  start(): Promise<void>;
  /** Resolves when `/readyz` is 200. */
  ready(): Promise<void>;
  kill(): Promise<void>;
  /** Resolves when it has ended by itself. @throws {Error} when it still runs after `withinMs` */
  ended(withinMs: number): Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** SIGTERM, and waits for its end. */
  stop(): Promise<void>;
  /** Cookies of a signed-in admin, for a `Cookie` header. */
  signIn(): Promise<string>;
  log(): string;
  /** Stops it and removes its data folder. */
  dispose(): Promise<void>;
};

/** Starts the simulator as a program of its own on free ports. @param args further command-line options */
export async function startFleet(
  sites: number,
  args: readonly string[] = [],
  prefix: readonly string[] = [],
): Promise<Fleet> {
  const folder = mkdtempSync(path.join(tmpdir(), "antbox-fleet-"));
  const sitesFile = path.join(folder, "sites.yaml");
  const script = path.join(ROOT, "simulator/main.ts");
  const words = [
    ...prefix,
    process.execPath,
    script,
    "--sites",
    String(sites),
    "--port",
    "0",
    "--sites-file",
    sitesFile,
    // FFmpeg would work beside the test; one about cameras asks for `shared` or `on`
    "--cameras",
    "small",
    ...args,
  ];
  const child = spawn(words[0] ?? "", words.slice(1), { stdio: ["ignore", "pipe", "inherit"] });
  endWithUs(child);
  const controlUrl = await firstLine(child, /control (http:\S+?),/);
  return {
    controlUrl,
    sitesFile: sites > YAML_SITES ? asJson(sitesFile) : sitesFile,
    async stop() {
      await end(child, "SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The platform, started; its port and data folder stay the same over restarts. It has a copy of the shipped flows: a test
 * that deploys must not change the product.
 */
export async function startPlatform(options: PlatformOptions): Promise<PlatformProcess> {
  const dataDir = await makeDataDir(options);
  const flowsDir = path.join(dataDir, "flows");
  cpSync(path.join(ROOT, "flows"), flowsDir, { recursive: true });
  options.editFlows?.(flowsDir);
  const port = await freePort();
  const url = `${options.environment?.["TLS_CERT_FILE"] ? "https" : "http"}://127.0.0.1:${port}`;
  const publicUrl = options.environment?.["PUBLIC_URL"] ?? url;
  let child: ChildProcess | null = null;
  let text = "";
  const environment = {
    PATH: process.env["PATH"] ?? "",
    PORT: String(port),
    DATA_DIR: dataDir,
    FLOWS_DIR: flowsDir,
    SITES_FILE: options.sitesFile,
    ADMIN_PASSWORD,
    SECRET_KEY: Buffer.alloc(32, 1).toString("base64"),
    SITE_TIME_ZONE: "UTC",
    ...(options.databaseUrl === null ? {} : { DATABASE_URL: options.databaseUrl }),
    ...options.environment,
  };

  const platform: PlatformProcess = {
    url,
    dataDir,
    pid: () => child?.pid ?? 0,
    async start() {
      const words = [...(options.prefix ?? []), process.execPath, ...nodeFlags, path.join(ROOT, "dist/server.js")];
      child = spawn(words[0] ?? "", words.slice(1), { env: environment, stdio: ["ignore", "pipe", "pipe"] });
      endWithUs(child);
      const keep = (chunk: Buffer) => {
        text = (text + chunk.toString()).slice(-200_000);
      };
      child.stdout?.on("data", keep);
      child.stderr?.on("data", keep);
      await until(
        () => answers(`${url}/healthz`),
        child,
        () => text,
      );
    },
    ready: () =>
      until(
        () => answers(`${url}/readyz`),
        child,
        () => text,
      ),
    async kill() {
      if (child) await end(child, "SIGKILL");
    },
    async ended(withinMs) {
      const deadline = performance.now() + withinMs;
      while (child && child.exitCode === null && child.signalCode === null) {
        if (performance.now() > deadline) throw new Error(`it still runs: ${text.slice(-3_000)}`);
        await sleep(50);
      }
      return { code: child?.exitCode ?? null, signal: child?.signalCode ?? null };
    },
    async stop() {
      if (child) await end(child, "SIGTERM");
    },
    async signIn() {
      const response = await fetch(`${publicUrl}/api/v1/auth/login`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: publicUrl },
        body: JSON.stringify({ username: "admin", password: ADMIN_PASSWORD }),
      });
      if (!response.ok) throw new Error(`sign-in failed: ${response.status} ${await response.text()}`);
      return cookiesOf(response);
    },
    log: () => text,
    async dispose() {
      if (child) await end(child, "SIGTERM");
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  try {
    await platform.start();
  } catch (error) {
    await platform.kill();
    await platform.dispose();
    throw error;
  }
  return platform;
}

async function makeDataDir({ databaseUrl, makesDatabase, environment }: PlatformOptions): Promise<string> {
  const isFilled = databaseUrl === null && makesDatabase !== true && environment?.["DATA_DIR"] === undefined;
  if (isFilled) return (await createFreshDataDir()).dataDir;
  return mkdtempSync(path.join(tmpdir(), "antbox-platform-"));
}

/** A YAML file of 15,000 sites takes seconds to read, because every value keeps its line for error messages. */
function asJson(yamlFile: string): string {
  const file = yamlFile.replace(/yaml$/, "json");
  writeFileSync(file, JSON.stringify(parse(readFileSync(yamlFile, "utf8"))));
  return file;
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

async function until(isTrue: () => Promise<boolean>, child: ChildProcess | null, log: () => string): Promise<void> {
  const deadline = performance.now() + START_WITHIN_MS;
  while (!(await isTrue())) {
    const hasEnded = child === null || child.exitCode !== null || child.signalCode !== null;
    if (hasEnded || performance.now() > deadline)
      throw new Error(`the platform does not answer: ${log().slice(-3_000)}`);
    await sleep(50);
  }
}

function firstLine(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the simulator ended with ${code}`)));
    if (!child.stdout) return reject(new Error("the simulator has no output"));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = pattern.exec(line)?.[1];
      if (found) resolve(found);
    });
  });
}

/** A run that is cut short must not leave its processes on the machine. */
function endWithUs(child: ChildProcess): void {
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill(signal);
  });
}
