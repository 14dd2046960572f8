import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../../domain/log.ts";
import { objectKey } from "../../domain/video/recording/object-key.ts";
import type { ObjectStore, StoredObject } from "../../domain/video/recording/object-store.ts";
import type { RecordedPiece } from "../../domain/video/recording/recorded-piece.ts";

/** Moves what was recorded from the spool of this process to an object store, oldest first. */
export interface RecordingMover {
  /** These lie in the spool now. */
  add(pieces: readonly RecordedPiece[]): void;
  /** What lies in the spool, bytes. */
  waitingBytes(): number;
  /** Resolves when what is under way is done, or after two seconds; the rest is moved after the next start. */
  close(): Promise<void>;
}

export type MoverOptions = {
  readonly spool: Pick<ObjectStore, "open" | "remove"> & { all(): Promise<StoredObject[]> };
  readonly objects: Pick<ObjectStore, "put">;
  /** So much may wait. */
  readonly mostBytes: number;
  /** Told at least every two seconds how much more may wait; below zero: too much does. */
  readonly tellRoom: (bytes: number) => void;
  readonly log: Log;
  /** For tests. */
  readonly retryMs?: number;
};

/** 150 cameras record 75 segments a second; a store needs some 30 ms for each [J]. */
const AT_ONCE = 8;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;
const TELL_MS = 2_000;
const END_MS = 2_000;
/** What somebody else has put there, or what could not be told, is found within this time. */
const RESCAN_MS = 3_600_000;

export function moveRecordings(options: MoverOptions): RecordingMover {
  const { spool, objects, mostBytes, tellRoom, log } = options;
  const firstRetryMs = options.retryMs ?? FIRST_RETRY_MS;
  /** Bytes by key, oldest first. */
  const waiting = new Map<string, number>();
  const ending = new AbortController();
  let waitingBytes = 0;
  let retryMs = 0;
  let wake: () => void = () => undefined;

  function enter(key: string, bytes: number): void {
    if (waiting.has(key)) return;
    waiting.set(key, bytes);
    waitingBytes += bytes;
  }

  function leave(key: string): void {
    waitingBytes -= waiting.get(key) ?? 0;
    waiting.delete(key);
  }

  async function rescan(): Promise<void> {
    const found = await spool.all().catch(() => []);
    for (const { key, bytes } of found) enter(key, bytes);
    wake();
  }

  async function moveOne(key: string): Promise<void> {
    const opened = await spool.open(key);
    if (opened !== null) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of opened.stream) chunks.push(chunk);
      // One of this key that is there already came by a move that was cut off before its end.
      await objects.put(key, [Buffer.concat(chunks)]);
      await spool.remove(key);
    }
    leave(key);
  }

  /** @throws the first failure; the others are done */
  async function moveSome(): Promise<void> {
    // Whether the store is back one object shows as well as many.
    const keys = [...waiting.keys()].slice(0, retryMs > 0 ? 1 : AT_ONCE);
    const results = await Promise.allSettled(keys.map(moveOne));
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
  }

  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: ending.signal }).catch(() => undefined);
  }

  async function whenSomethingWaits(): Promise<void> {
    if (waiting.size > 0) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (ending.signal.aborted) resolve();
    });
  }

  async function run(): Promise<void> {
    await rescan();
    while (!ending.signal.aborted) {
      await whenSomethingWaits();
      try {
        await moveSome();
        if (retryMs > 0) log.info({}, "recordings are moved to the object store again");
        retryMs = 0;
      } catch (error) {
        noteFailure(error instanceof Error ? error.message : String(error));
        retryMs = Math.min(LONGEST_RETRY_MS, Math.max(firstRetryMs, retryMs * 2));
        await pause(retryMs);
      }
    }
  }

  function noteFailure(reason: string): void {
    if (retryMs > 0) return;
    log.warn({ reason, waitingBytes }, "recordings wait: they cannot be moved to the object store");
  }

  const timers = [
    setInterval(() => tellRoom(mostBytes - waitingBytes), TELL_MS),
    setInterval(() => void rescan(), RESCAN_MS),
  ];
  for (const timer of timers) timer.unref();
  const running = run();

  return {
    add(pieces) {
      for (const piece of pieces) enter(objectKey(piece), piece.bytes);
      wake();
    },
    waitingBytes: () => waitingBytes,
    async close() {
      for (const timer of timers) clearInterval(timer);
      ending.abort();
      wake();
      await Promise.race([running, sleep(END_MS, undefined, { ref: false })]);
    },
  };
}
