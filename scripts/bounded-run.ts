import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** How a program ended, and what it said; what was shown as it came is not kept. */
export type Ended = {
  readonly isGood: boolean;
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
  /** So many seconds it was given, and used them up; null when it ended by itself. */
  readonly hungAfterS: number | null;
};

export type BoundedRun = { readonly ended: Promise<Ended>; stop(): void };

type Options = {
  readonly cwd: string;
  /** Then it is ended, with all that it has started. */
  readonly limitS: number;
  readonly isShown?: boolean;
  readonly env?: NodeJS.ProcessEnv;
};

/** Something that it has started may hold its output open after it has gone: nothing more is awaited from there then. */
const OUTPUT_AFTER_END_MS = 5_000;
const TIME_TO_LISTEN_MS = 2_000;
/** /proc tells processor time in these: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, fields 14 and 15. */
const TICKS_PER_S = 100;

/**
 * Starts a program that may hang: a run of tests can, and one that nobody ends keeps everything that waits for it. It
 * gets a process group of its own, so that what it has started can be ended with it.
 */
export function startBounded(
  program: string,
  args: readonly string[],
  { cwd, limitS, isShown = false, env }: Options,
): BoundedRun {
  const stdio = isShown ? "inherit" : "pipe";
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", stdio, stdio], detached: true });
  return { ended: endOf(child, limitS), stop: () => void child.kill("SIGTERM") };
}

function endOf(child: ChildProcess, limitS: number): Promise<Ended> {
  return new Promise((resolve) => {
    let [output, errors] = ["", ""];
    let hungAfterS: number | null = null;
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const limit = setTimeout(() => {
      hungAfterS = limitS;
      errors += `\nended after ${limitS} s without an end of its own; what it was doing:\n${describeGroup(child.pid)}\n`;
      // One that has started others in groups of their own ends them, when it still listens.
      child.kill("SIGTERM");
      setTimeout(() => killGroup(child), TIME_TO_LISTEN_MS);
    }, limitS * 1000);
    const finish = () => {
      clearTimeout(limit);
      child.stdout?.destroy();
      child.stderr?.destroy();
      const isGood = child.exitCode === 0 && hungAfterS === null;
      resolve({ isGood, code: child.exitCode, output, errors, hungAfterS });
    };
    child.once("close", finish);
    child.once("exit", () => setTimeout(finish, OUTPUT_AFTER_END_MS).unref());
    child.once("error", (error) => {
      errors += String(error);
      finish();
    });
  });
}

function killGroup(child: ChildProcess): void {
  try {
    process.kill(-(child.pid ?? 0), "SIGKILL");
  } catch {
    // Where there are no groups, or it has gone by itself just now.
    child.kill("SIGKILL");
  }
}

/** A process of the group per line: whether it waits (S) or works (R), its processor time, and what it is. */
function describeGroup(group: number | undefined): string {
  if (!existsSync("/proc/self/stat")) return "  (processes are told on Linux only)";
  const lines = readdirSync("/proc").flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      // The name stands in parentheses and may hold some itself.
      const [state, , pgrp, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(pgrp) !== group) return [];
      const processorS = (Number(rest[8]) + Number(rest[9])) / TICKS_PER_S;
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").slice(0, 300);
      return [`  ${pid} ${state} ${processorS.toFixed(1)} s ${command}`];
    } catch {
      return [];
    }
  });
  return lines.join("\n");
}
