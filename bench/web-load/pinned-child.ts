import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";

/** A process on a core of its own, asked and answering by messages, one question at a time. */
export type PinnedChild = {
  readonly pid: number;
  ask<T>(question: Record<string, unknown>): Promise<T>;
  stop(): Promise<void>;
};

/** Linux pins with `taskset`; elsewhere, or on one core, the figures are only roughly comparable. */
export const isPinned = existsSync("/usr/bin/taskset") && availableParallelism() > 1;

/** @param core 0 = what is measured, 1 = who loads it */
export function startPinned(core: 0 | 1, file: string, given: readonly string[]): PinnedChild {
  const [program, before] = isPinned ? ["taskset", ["-c", String(core), process.execPath]] : [process.execPath, []];
  const child: ChildProcess = spawn(program, [...before, file, ...given], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    pid: child.pid ?? 0,
    ask: <T>(question: Record<string, unknown>) =>
      new Promise<T>((resolve, reject) => {
        const fail = () =>
          reject(new Error(`${file} ended instead of answering ${JSON.stringify(question).slice(0, 200)}`));
        child.once("exit", fail);
        child.once("message", (answer) => {
          child.off("exit", fail);
          resolve(answer as T);
        });
        child.send(question);
      }),
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** The other end: answers each question with what the handler returns, and ends with its parent. */
export function answerParent(handler: (question: Record<string, unknown>) => Promise<unknown>): void {
  process.on("message", (question: Record<string, unknown>) => {
    void handler(question).then((answer) => process.send?.(answer ?? {}));
  });
  process.on("disconnect", () => process.exit(0));
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** @param share between 0 and 1 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
