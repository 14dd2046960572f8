import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, readFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/**
 * `npm start`: the platform with the embedded database, and the simulated fleet unless `SITES_FILE` names a real one.
 * Ctrl-C ends everything that was started. The platform's log lines go to `DATA_DIR/log/server.log`.
 */
const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const dataDir = path.resolve(ROOT, process.env["DATA_DIR"] ?? "var");
const simulatorPort = Number(process.env["SIMULATOR_PORT"] ?? 8000);
const siteCount = Number(process.env["SIMULATED_SITES"] ?? 150);
const children: ChildProcess[] = [];
let isEnding = false;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => end(0));
mkdirSync(path.join(dataDir, "log"), { recursive: true });
const sitesFile = process.env["SITES_FILE"] ?? (await startSimulator());
startPlatform(sitesFile);

async function startSimulator(): Promise<string> {
  const file = path.join(dataDir, "simulated-sites.yaml");
  if (!(await isPortFree(simulatorPort))) {
    say(`port ${simulatorPort} is in use; set SIMULATOR_PORT to the first of ${siteCount + 1} free ports`);
    process.exit(1);
  }
  const args = ["--sites", String(siteCount), "--port", String(simulatorPort), "--sites-file", file];
  const child = launch("simulator", [path.join(ROOT, "simulator/main.ts"), ...args, ...faultRates()]);
  await new Promise<void>((resolve) => {
    createInterface({ input: lineSource(child) }).on("line", (line) => {
      say(line);
      if (line.startsWith("simulator:")) resolve();
    });
  });
  return file;
}

/** A healthy fleet, unless SIMULATOR_FAULTS=on asks for random faults here and there. */
function faultRates(): string[] {
  return ["--fault-rates", process.env["SIMULATOR_FAULTS"] ?? "off"];
}

function startPlatform(file: string): void {
  const environment = { ...process.env, SITES_FILE: file, DATA_DIR: dataDir };
  const child = launch("platform", [...process.execArgv, path.join(ROOT, "dist/server.js")], environment);
  const log = createWriteStream(path.join(dataDir, "log", "server.log"), { flags: "a" });
  createInterface({ input: lineSource(child) }).on("line", (line) => {
    log.write(`${line}\n`);
    announce(line);
  });
}

type LogLine = {
  event?: string;
  msg?: string;
  url?: string;
  sites?: number;
  ok?: number;
  durationMs?: number;
  level?: string;
};

/** The few log lines that a newcomer waits for, in words. */
function announce(line: string): void {
  const entry = parseLine(line);
  if (!entry) return;
  if (entry.event === "platform.ready") welcome(entry.url ?? "");
  else if (entry.event === "round.first") {
    say(`first complete round: ${entry.ok} of ${entry.sites} sites in ${Math.round(entry.durationMs ?? 0)} ms`);
  } else if (entry.event === "platform.progress") say(entry.msg ?? "");
  else if (entry.level === "fatal") say(entry.msg ?? line);
}

function welcome(url: string): void {
  const file = path.join(dataDir, "first-login.txt");
  const password = existsSync(file)
    ? readFileSync(file, "utf8").trim()
    : "the one given by ADMIN_PASSWORD or set since";
  console.log(`
  AntBox Flow   ${url}
  user          admin
  password      ${password}

  log           ${path.join(dataDir, "log", "server.log")}
  stop          Ctrl-C
`);
}

function parseLine(line: string): LogLine | null {
  if (!line.startsWith("{")) return null;
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return null;
  }
}

function launch(name: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): ChildProcess {
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  child.on("exit", (code, signal) => {
    if (isEnding) return;
    say(`the ${name} ended unexpectedly (${signal ?? `exit code ${code}`})`);
    end(1);
  });
  return child;
}

function lineSource(child: ChildProcess): NodeJS.ReadableStream {
  if (!child.stdout) throw new Error("the child has no standard output");
  return child.stdout;
}

/** Asks every child to end, and makes sure of it after the platform's own shutdown time. */
function end(code: number): void {
  if (isEnding) return;
  isEnding = true;
  const alive = children.filter((child) => child.exitCode === null && child.signalCode === null);
  let left = alive.length;
  if (left === 0) process.exit(code);
  const force = setTimeout(() => {
    for (const child of alive) child.kill("SIGKILL");
  }, 25_000);
  for (const child of alive) {
    child.on("exit", () => {
      left -= 1;
      if (left > 0) return;
      clearTimeout(force);
      process.exit(code);
    });
    child.kill("SIGTERM");
  }
}

function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

function say(text: string): void {
  console.error(`antbox-flow: ${text}`);
}
