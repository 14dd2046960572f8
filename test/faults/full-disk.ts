import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export type FullDiskResult = {
  readonly served: number;
  readonly arrived: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
  readonly capBytes: number;
  /** Of the volume, when somebody else had filled it. */
  readonly freeBytesLeft: number;
  readonly droppedAtCap: number;
  readonly droppedWhileFull: number;
  /** By the journal's own count, all in all. */
  readonly dropped: number;
  /** Replies that could not be kept while nothing could be written, by the log. */
  readonly refused: number;
  /** By the gaps that are written in the place of what was dropped. */
  readonly inGaps: number;
  readonly isWritableAfterwards: boolean;
  /** The 80 % alarm was in the log before anything was dropped. */
  readonly alarmedFirst: boolean;
  /** What SQLite's own check says of the file afterwards. */
  readonly integrity: string;
  readonly drainS: number;
};

const CHILD = fileURLToPath(new URL("./full-disk-child.ts", import.meta.url));

/** A volume of its own needs a mount of its own: root, and a machine that lets it. */
export function canMount(): boolean {
  return spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;
}

/**
 * The database goes away for `forS` × 1.5 at a round a second, with the journal on a small volume: first it reaches its own
 * cap, then somebody else fills the volume, then that grows and the database is back (trust.md F3).
 */
export async function runFullDisk(sites: number, forS: number): Promise<FullDiskResult> {
  const words = ["--mount", process.execPath, CHILD, String(sites), String(forS)];
  const child = spawn("unshare", words, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`the run ended with ${code}: ${text.slice(-2_000)}`);
  return JSON.parse(text.trim().split("\n").at(-1) ?? "");
}
