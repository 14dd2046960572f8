import { readFileSync } from "node:fs";

/** The smallest usual limit, assumed where none can be read. */
const UNKNOWN_LIMIT = 1024;

/** The process's soft limit of open files; Node raises it to the hard limit at its start. */
export function openFileLimit(): number {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
    return found ? Number(found[1]) : UNKNOWN_LIMIT;
  } catch {
    // Not Linux.
    return UNKNOWN_LIMIT;
  }
}
