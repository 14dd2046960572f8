import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Processes that are written down in a gateway's folder, and that are there. */
export function writtenDown(folder: string): number[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      const page = JSON.parse(readFileSync(path.join(folder, name), "utf8")) as { processes: { pid: number }[] };
      return page.processes.map(({ pid }) => pid).filter(isThere);
    });
  } catch {
    return [];
  }
}

/** A process that has ended and that nobody has asked about is not there. */
export function isThere(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2)[0] !== "Z";
  } catch {
    return false;
  }
}

/** How many processes of a group there are. */
export function groupSize(leader: number): number {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return state !== "Z" && Number(group) === leader;
      } catch {
        return false;
      }
    }).length;
}

/** @throws when it does not come true in time */
export async function until<T>(what: string, look: () => T | Promise<T>, limitMs = 12_000): Promise<NonNullable<T>> {
  const endMs = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > endMs) throw new Error(`not within ${limitMs} ms: ${what}`);
    await sleep(50);
  }
}
