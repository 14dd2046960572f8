import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { ArmedFault } from "./fault-points.ts";

/** A process that kills or stops itself when it is told to, at a point that it is told. */
export type FaultyProcess = {
  readonly pid: number;
  /**
   * Orders a fault and waits for it.
   *
   * @returns the fault that came, which may be one that was ordered before; null: it has not passed that point in time; `ended`:
   *   the process has ended of itself, which it should not
   */
  suffer(fault: ArmedFault, withinMs: number): Promise<ArmedFault | null | "ended">;
  /** Lets it go on after a stop. */
  resume(): void;
  exited(): Promise<void>;
  kill(): Promise<void>;
};

const READY_WITHIN_MS = 60_000;
const LOOK_MS = 20;

/** Resolves when it says that it is ready. @throws {Error} when it ends before */
export async function startFaultyProcess(program: string, plan: object): Promise<FaultyProcess> {
  const child = spawn(process.execPath, [program, JSON.stringify(plan)], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  }) as ChildProcessByStdio<null, Readable, null>;
  const exit = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);
  void exit.then(() => process.off("exit", kill));
  const suffered: ArmedFault[] = [];
  let isClosed = false;
  const { promise: ready, resolve: isReady, reject } = Promise.withResolvers<void>();
  createInterface({ input: child.stdout })
    .on("line", (line) => {
      if (line === "ready") isReady();
      const [, act, point] = /^fault (kill|stop) (\S+)$/.exec(line) ?? [];
      if (point !== undefined && (act === "kill" || act === "stop")) suffered.push({ act, point });
    })
    .on("close", () => {
      isClosed = true;
      reject(new Error(`a process of the test ended before it was ready: ${child.exitCode} ${child.signalCode}`));
    });
  const timer = setTimeout(() => reject(new Error("a process of the test does not get ready")), READY_WITHIN_MS);
  await ready.finally(() => clearTimeout(timer));
  return {
    pid: child.pid ?? 0,
    async suffer(fault, withinMs) {
      if (child.connected) child.send(fault, () => undefined);
      const deadline = performance.now() + withinMs;
      while (suffered.length === 0 && !isClosed && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
      return suffered.shift() ?? (isClosed ? "ended" : null);
    },
    resume: () => void child.kill("SIGCONT"),
    exited: () => exit,
    async kill() {
      child.kill("SIGKILL");
      await exit;
    },
  };
}
