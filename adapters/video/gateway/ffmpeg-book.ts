import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * Which processes of FFmpeg this gateway has, on the disk: should the gateway be killed and one of them not notice, the next
 * gateway ends it. A process is known by its number and the time of its start, since numbers are given anew.
 */
export interface FfmpegBook {
  add(pid: number): void;
  remove(pid: number): void;
  /** Ends what gateways that are gone have left. @returns how many there were */
  endLeftovers(): number;
}

type Known = { readonly pid: number; readonly start: string };
type Page = { readonly owner: Known; readonly processes: readonly Known[] };

/** @param folder of its own, one file per gateway */
export function openFfmpegBook(folder: string): FfmpegBook {
  const owner: Known = { pid: process.pid, start: startOf(process.pid) ?? "" };
  const file = path.join(folder, `${process.pid}.json`);
  const processes = new Map<number, string>();

  /** Some hundred bytes when a process begins or ends. */
  function write(): void {
    const page: Page = { owner, processes: [...processes].map(([pid, start]) => ({ pid, start })) };
    try {
      mkdirSync(folder, { recursive: true });
      if (processes.size === 0) rmSync(file, { force: true });
      else writeFileSync(file, JSON.stringify(page));
    } catch {
      // A full disk: what would be left over ends by the end of its input.
    }
  }

  return {
    add(pid) {
      const start = startOf(pid);
      if (start === null) return;
      processes.set(pid, start);
      write();
    },
    remove(pid) {
      if (processes.delete(pid)) write();
    },
    endLeftovers() {
      let ended = 0;
      for (const page of pagesOf(folder)) {
        if (isAlive(page.owner)) continue;
        for (const left of page.processes) ended += isAlive(left) && killGroup(left.pid, "SIGKILL") ? 1 : 0;
        rmSync(path.join(folder, `${page.owner.pid}.json`), { force: true });
      }
      return ended;
    },
  };
}

/** Ends a process and all that it has started. @returns false when there is none */
export function killGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

function pagesOf(folder: string): Page[] {
  try {
    const names = readdirSync(folder).filter((name) => /^\d+\.json$/.test(name));
    return names.flatMap((name) => readPage(path.join(folder, name)) ?? []);
  } catch {
    return [];
  }
}

function readPage(file: string): Page | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Page;
  } catch {
    // Cut off when the disk was full: nobody can say any more what it named.
    rmSync(file, { force: true });
    return null;
  }
}

function isAlive({ pid, start }: Known): boolean {
  return startOf(pid) === start;
}

/** Field 22 of `/proc/<pid>/stat`, after the name, which may hold blanks and brackets; null without such a process. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
