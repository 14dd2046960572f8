import { readdirSync, readFileSync } from "node:fs";

const TICK_MS = 10;

/** User + system time of a process so far, from fields 14 and 15 of `/proc/PID/stat`; the kernel counts in ticks of 10 ms. */
export function processorMsOf(pid: number): number {
  const fields = statOf(pid);
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** The same for a process and those that it started, ended ones included, such as a database server with its sessions. */
export function processorMsOfAll(pid: number): number {
  const fields = statOf(pid);
  const endedMs = (Number(fields[13]) + Number(fields[14])) * TICK_MS;
  return [pid, ...childrenOf(pid)].map(msOrNothing).reduce((sum, ms) => sum + ms, endedMs);
}

/** The same for a process and all below it that still run, such as a browser with its pages. */
export function processorMsOfTree(pid: number): number {
  return childrenOf(pid).reduce((sum, child) => sum + processorMsOfTree(child), msOrNothing(pid));
}

/** Process ids of what a process, by any of its threads, has started and what still runs; none of one that has ended. */
export function childrenOf(pid: number): number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const texts = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").trim());
    return texts.flatMap((text) => (text === "" ? [] : text.split(" ").map(Number)));
  } catch {
    return [];
  }
}

/** @returns the parent's process id */
export function parentOf(pid: number): number {
  return Number(statOf(pid)[1]);
}

function msOrNothing(pid: number): number {
  try {
    return processorMsOf(pid);
  } catch {
    // It ended in between.
    return 0;
  }
}

/** From field 3 on: the name before may hold anything. */
function statOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}
