import { createReadStream, existsSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { AuditCheckpoint } from "../../domain/access/audit-checkpoint.ts";

/** Of which only the last ones may be half a line. */
const LAST_LINES = 3;

/**
 * The checkpoints, one JSON line each, in a file outside the database. Lines are only ever appended, and reach the disk
 * before `append` resolves.
 */
export interface CheckpointFile {
  append(checkpoint: AuditCheckpoint): Promise<void>;
  /**
   * What stands in it now, from the newest restart on, oldest first; not what is appended later. Half a line, as a power
   * failure leaves it, is passed over.
   */
  read(): Promise<AsyncIterable<AuditCheckpoint>>;
  /** Null when there is none. */
  newest(): Promise<AuditCheckpoint | null>;
  /** Its size: another one means that there is something new. */
  bytes(): number;
}

export function createCheckpointFile(path: string): CheckpointFile {
  return {
    async append(checkpoint) {
      const file = await open(path, "a", 0o600);
      try {
        // Half a line at the end must not swallow this one.
        const text = `${JSON.stringify(checkpoint)}\n`;
        await file.appendFile((await endsInLine(path)) ? text : `\n${text}`);
        await file.sync();
      } finally {
        await file.close();
      }
    },
    async read() {
      const bytes = bytesOf(path);
      let first = 0;
      let count = 0;
      for await (const line of linesOf(path, bytes)) {
        // Most lines are no restart, and need not be understood twice.
        if (line.includes('"restart"') && checkpointFrom(line)?.kind === "restart") first = count;
        count += 1;
      }
      return checkpointsFrom(linesOf(path, bytes), first);
    },
    async newest() {
      let last: string[] = [];
      for await (const line of linesOf(path, bytesOf(path))) last = [...last.slice(1 - LAST_LINES), line];
      return last.reverse().flatMap((line) => checkpointFrom(line) ?? [])[0] ?? null;
    },
    bytes: () => bytesOf(path),
  };
}

function bytesOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

async function* linesOf(path: string, bytes: number): AsyncGenerator<string> {
  if (bytes === 0) return;
  const input = createReadStream(path, { end: bytes - 1 });
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } finally {
    input.destroy();
  }
}

async function* checkpointsFrom(lines: AsyncIterable<string>, first: number): AsyncGenerator<AuditCheckpoint> {
  let at = 0;
  for await (const line of lines) {
    const checkpoint = at >= first ? checkpointFrom(line) : null;
    if (checkpoint) yield checkpoint;
    at += 1;
  }
}

function checkpointFrom(line: string): AuditCheckpoint | null {
  try {
    return AuditCheckpoint.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

async function endsInLine(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size === 0) return true;
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer.toString() === "\n";
  } finally {
    await file.close();
  }
}
