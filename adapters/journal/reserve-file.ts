import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { dirname } from "node:path";

const LARGEST_BYTES = 64 * 1024 * 1024;
const CHUNK = Buffer.alloc(1024 * 1024);

/** Space that is given up when the volume is full, so that the journal can still be drained: SQLite needs it to delete. */
export type ReserveFile = {
  /** Makes it where it is missing and there is room for it twice over. */
  keep(): void;
  /** @returns false when there was none to give */
  giveUp(): boolean;
};

export function createReserveFile(path: string, capBytes: number): ReserveFile {
  const bytes = Math.min(LARGEST_BYTES, Math.floor(capBytes / 16));
  return {
    keep() {
      if (existsSync(path) || freeBytes(dirname(path)) < 2 * bytes) return;
      const file = openSync(path, "w", 0o600);
      try {
        // Written out: a sparse file would hold no space at all.
        for (let left = bytes; left > 0; left -= CHUNK.length) writeSync(file, CHUNK, 0, Math.min(left, CHUNK.length));
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    },
    giveUp() {
      if (!existsSync(path)) return false;
      rmSync(path, { force: true });
      return true;
    },
  };
}

/** Free space for an unprivileged process. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
