import { objectKey } from "../../../domain/video/recording/object-key.ts";
import type { ObjectStore } from "../../../domain/video/recording/object-store.ts";
import type { RecordedPiece } from "../../../domain/video/recording/recorded-piece.ts";
import type { VideoCause } from "../../../domain/video/video-cause.ts";

/** Puts pieces into the store, a few at a time, and remembers them until the platform has their rows. */
export interface RecordingWriter {
  /** Never waits and never throws: what cannot be written is counted as lost. */
  write(piece: RecordedPiece, parts: readonly Uint8Array[]): void;
  /** Written, and not yet known to the platform. */
  unkept(): readonly RecordedPiece[];
  kept(keys: readonly string[]): void;
  /** So many bytes may still be written before something is moved from here. */
  takeRoom(bytes: number): void;
  /** Why nothing is written now; null while it is. */
  readonly cause: VideoCause | null;
  readonly writtenBytes: number;
  readonly writtenFiles: number;
  readonly lostFiles: number;
  /** Looks whether there is room. Never rejects. */
  look(): Promise<void>;
  /** Resolves when nothing is being written. */
  idle(): Promise<void>;
}

export type WriterOptions = {
  readonly store: ObjectStore;
  /** With less room than this nothing is written: databases and journals need it more. */
  readonly leastFreeBytes: number;
  /** Something was written, or the cause is another one. */
  readonly onChange: () => void;
  /** Milliseconds that go forward. */
  readonly clock: () => number;
  readonly warn: (text: string, reason: string) => void;
};

/** Each is synced to the disk: more at once are not faster on one disk [J]. */
const WRITES_AT_ONCE = 4;
/** What waits for a slow disk: some seconds of 150 cameras. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024;
/** Rows that a database which is away for long does not get now: a sweep finds their files later. */
const MOST_UNKEPT = 20_000;
const AGAIN_MS = 5_000;

export function createRecordingWriter(options: WriterOptions): RecordingWriter {
  const { store, leastFreeBytes, onChange, clock, warn } = options;
  const waiting: { readonly piece: RecordedPiece; readonly parts: readonly Uint8Array[] }[] = [];
  const unkept = new Map<string, RecordedPiece>();
  const idleListeners = new Set<() => void>();
  let waitingBytes = 0;
  let underWay = 0;
  let cause: VideoCause | null = null;
  let failedMs = Number.NEGATIVE_INFINITY;
  let isFull = false;
  /** What may still wait to be moved, as last told and less what was written since. */
  let roomBytes = Number.POSITIVE_INFINITY;
  let writtenBytes = 0;
  let writtenFiles = 0;
  let lostFiles = 0;

  function become(next: VideoCause | null): void {
    if (next === cause) return;
    cause = next;
    onChange();
  }

  function fail(error: unknown): void {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    failedMs = clock();
    lostFiles += 1;
    const next = code === "ENOSPC" || code === "EDQUOT" ? "storage_full" : "storage_failed";
    if (next !== cause) warn("recording stops: nothing can be written", code || String(error));
    become(next);
  }

  /** After a failure nothing is tried for some seconds: a full disk is not asked for each segment of each camera. */
  const mayWrite = () => !isFull && roomBytes > 0 && clock() - failedMs >= AGAIN_MS;

  async function writeOne(piece: RecordedPiece, parts: readonly Uint8Array[]): Promise<void> {
    const key = objectKey(piece);
    try {
      const isNew = await store.put(key, parts);
      roomBytes -= piece.bytes;
      become(roomBytes > 0 ? null : "spool_full");
      if (!isNew) return;
      writtenFiles += 1;
      writtenBytes += piece.bytes;
      if (unkept.size >= MOST_UNKEPT) unkept.delete(unkept.keys().next().value as string);
      unkept.set(key, piece);
      onChange();
    } catch (error) {
      fail(error);
    }
  }

  function pump(): void {
    while (underWay < WRITES_AT_ONCE) {
      const next = waiting.shift();
      if (next === undefined) break;
      waitingBytes -= next.piece.bytes;
      if (!mayWrite()) {
        lostFiles += 1;
        continue;
      }
      underWay += 1;
      void writeOne(next.piece, next.parts).finally(() => {
        underWay -= 1;
        pump();
      });
    }
    if (underWay > 0 || waiting.length > 0) return;
    for (const resolve of idleListeners) resolve();
    idleListeners.clear();
  }

  return {
    get cause() {
      return cause;
    },
    get writtenBytes() {
      return writtenBytes;
    },
    get writtenFiles() {
      return writtenFiles;
    },
    get lostFiles() {
      return lostFiles;
    },
    unkept: () => [...unkept.values()],
    kept(keys) {
      for (const key of keys) unkept.delete(key);
    },
    takeRoom(bytes) {
      roomBytes = bytes;
      if (bytes <= 0 && cause === null) {
        warn("recording stops: what waits for the object store takes all the room it may", "");
        become("spool_full");
      } else if (bytes > 0 && cause === "spool_full") become(null);
    },
    write(piece, parts) {
      if (waitingBytes + piece.bytes > MOST_WAITING_BYTES) {
        lostFiles += 1;
        become("storage_busy");
        return;
      }
      waiting.push({ piece, parts });
      waitingBytes += piece.bytes;
      pump();
    },
    async look() {
      try {
        const free = await store.freeBytes();
        const wasFull = isFull;
        isFull = free !== null && free < leastFreeBytes;
        if (isFull && !wasFull) warn("recording stops: the disk is nearly full", `${free} bytes are free`);
        if (isFull) become("storage_full");
        else if (roomBytes <= 0) become("spool_full");
        // Whether a write works now the next one shows; that there is room again is known already.
        else if (cause !== null && clock() - failedMs >= AGAIN_MS) become(null);
      } catch (error) {
        fail(error);
      }
    },
    async idle() {
      if (underWay === 0 && waiting.length === 0) return;
      await new Promise<void>((resolve) => idleListeners.add(resolve));
    },
  };
}
