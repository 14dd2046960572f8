import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { request } from "undici";
import { parse } from "yaml";
import type { FaultMode } from "./fault-answers.ts";
import type { Segment, SegmentResult } from "./peer-loop.ts";

/** Thing under test and generator on a core each, or both measure the scheduler. */
const CLIENT_CORE = "0";
const FLEET_CORE = "1";
const PINS = existsSync("/usr/bin/taskset");
if (!PINS) console.error("taskset is missing: processes are not pinned, the figures are worth less");

export type Peer = {
  readonly name: string;
  readonly child: ChildProcess;
  run(segment: Segment): Promise<SegmentResult>;
};

function pinned(core: string, command: readonly string[]): string[] {
  const real = command[0] === "node" ? [process.execPath, ...command.slice(1)] : [...command];
  return PINS ? ["/usr/bin/taskset", "-c", core, ...real] : real;
}

/** @returns null, with a clear line, when the peer cannot run here */
export async function startPeer(name: string, command: readonly string[]): Promise<Peer | null> {
  const [program = "", ...rest] = pinned(CLIENT_CORE, command);
  const child = spawn(program, rest, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ready = await lines.next();
  if (ready.done) {
    console.error(`${name}: did not start (aiohttp needs Debian's python3-aiohttp); it is left out`);
    return null;
  }
  return {
    name,
    child,
    async run(segment) {
      child.stdin.write(`${JSON.stringify(segment)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name}: ended in the middle of a segment`);
      return JSON.parse(value) as SegmentResult;
    },
  };
}

export function stopPeer({ child }: Peer): void {
  child.kill("SIGKILL");
}

/** The simulator of this repository as the fleet: all sites speak dialect A. @returns the sites' URLs */
export async function startSimulator(
  sites: number,
  port: number,
  latency: string,
  folder: string,
): Promise<{ readonly urls: string[]; stop(): void }> {
  const sitesFile = join(folder, "fleet.yaml");
  const addressing = sites > 1000 ? "address" : "port";
  const flags = { sites, port, latency, addressing, dialects: "a:1", "sites-file": sitesFile };
  const options = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const [program = "", ...rest] = pinned(FLEET_CORE, ["node", "simulator/main.ts", ...options]);
  const child = spawn(program, rest, { stdio: ["ignore", "ignore", "inherit"] });
  const ended = new Promise<never>((_resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the simulator ended with ${code}`)));
  });
  ended.catch(() => undefined);
  await Promise.race([ended, untilAnswers(`http://127.0.0.1:${port}/`)]);
  const file = parse(await readFile(sitesFile, "utf8")) as { sites: { controller: { url: string } }[] };
  return { urls: file.sites.map(({ controller }) => controller.url), stop: () => void child.kill("SIGKILL") };
}

async function untilAnswers(url: string): Promise<void> {
  for (;;) {
    try {
      const { body } = await request(url);
      await body.dump();
      return;
    } catch {
      // Not listening yet.
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

export type Fleet = {
  setModes(modes: Record<string, FaultMode | "ok">): void;
  counts(): Promise<Record<string, number>>;
  stop(): void;
};

/** Starts the reference fleet in its own process on core 1. */
export async function startFleet(port: number, latency: string): Promise<Fleet> {
  const command = ["node", "bench/peers/reference-fleet.ts", "--port", String(port), "--latency", latency];
  const [program = "", ...rest] = pinned(FLEET_CORE, command);
  const child = spawn(program, rest, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  await new Promise<void>((resolve, reject) => {
    child.once("message", () => resolve());
    child.once("exit", (code) => reject(new Error(`the fleet ended with ${code}`)));
  });
  return {
    setModes(modes) {
      child.send({ modes });
    },
    counts() {
      return new Promise((resolve) => {
        child.once("message", (answer) => resolve((answer as { counts: Record<string, number> }).counts));
        child.send({ ask: "counts" });
      });
    },
    stop() {
      child.kill("SIGKILL");
    },
  };
}
