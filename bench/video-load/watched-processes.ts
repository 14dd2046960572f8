import { readdirSync, readFileSync } from "node:fs";

/** Megabytes that a process has in memory now. */
export function rssMbOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

/** Files and sockets that a process has open. */
export function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Everything that a process has started and that still runs, by process id: how it is called. */
export function descendantsOf(pid: number): Map<number, string> {
  const found = new Map<number, string>();
  for (const child of childrenOf(pid)) {
    found.set(child, commandOf(child));
    for (const [below, command] of descendantsOf(child)) found.set(below, command);
  }
  return found;
}

/** Words of its command line; empty when it is gone. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}

/** Threads start processes, too. */
function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
      const text = readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").trim();
      return text === "" ? [] : text.split(" ").map(Number);
    });
  } catch {
    // It ended in between.
    return [];
  }
}
