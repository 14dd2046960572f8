import { connect, type Socket } from "node:net";

/** Times in milliseconds from the request on. */
type Answer = {
  readonly status: number;
  /** Of the body. */
  readonly firstByteMs: number;
  readonly wholeMs: number;
  readonly bytes: number;
  /** Empty unless it was wanted. */
  readonly text: string;
};

/** One connection of a viewer: a request at a time, with as little work as there can be, for 810 of them are on one core. */
export interface ViewerLine {
  /** @param headers lines with their ends @throws {Error} when the connection breaks, or the answer has no length */
  get(path: string, headers: string, wantsText: boolean): Promise<Answer>;
  /** Connects, if that has not been done yet. */
  open(): Promise<void>;
  close(): void;
}

type Pending = {
  readonly startedMs: number;
  readonly wantsText: boolean;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  head: Buffer;
  status: number;
  /** Bytes that are still to come; null before the head is there. */
  left: number | null;
  bytes: number;
  firstByteMs: number;
  pieces: Buffer[];
};

const NOTHING = Buffer.alloc(0);
const MOST_HEAD_BYTES = 16_384;

export function createViewerLine(port: number): ViewerLine {
  let socket: Socket | null = null;
  let pending: Pending | null = null;

  function fail(error: Error): void {
    socket?.destroy();
    socket = null;
    const waiting = pending;
    pending = null;
    waiting?.reject(error);
  }

  function open(): Promise<void> {
    if (socket) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const opened = connect(port, "127.0.0.1");
      opened.setNoDelay(true);
      opened.once("error", reject);
      opened.once("connect", () => {
        opened.on("data", take);
        // Between two requests a server may hang up: the next request connects anew.
        opened.on("error", fail);
        opened.on("close", () => {
          if (socket === opened) fail(new Error("the connection was closed"));
        });
        socket = opened;
        resolve();
      });
    });
  }

  function take(chunk: Buffer): void {
    const body = pending === null ? new Error("an answer that nobody has asked for") : bodyOf(pending, chunk);
    if (body instanceof Error) fail(body);
    else if (pending !== null && body !== null) count(pending, body);
  }

  function count(waiting: Pending, body: Buffer): void {
    if (body.length > 0 && waiting.bytes === 0) waiting.firstByteMs = performance.now() - waiting.startedMs;
    waiting.bytes += body.length;
    waiting.left = (waiting.left ?? 0) - body.length;
    if (waiting.wantsText) waiting.pieces.push(body);
    if (waiting.left > 0) return;
    const { status, firstByteMs, bytes, pieces, startedMs, resolve } = waiting;
    const text = waiting.wantsText ? Buffer.concat(pieces).toString() : "";
    pending = null;
    resolve({ status, firstByteMs, wholeMs: performance.now() - startedMs, bytes, text });
  }

  return {
    open,
    async get(path, headers, wantsText) {
      await open();
      return new Promise((resolve, reject) => {
        pending = {
          startedMs: performance.now(),
          wantsText,
          resolve,
          reject,
          head: NOTHING,
          status: 0,
          left: null,
          bytes: 0,
          firstByteMs: Number.NaN,
          pieces: [],
        };
        socket?.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n${headers}\r\n`);
      });
    },
    close() {
      socket?.destroy();
      socket = null;
    },
  };
}

/** Reads the head, if it is not there yet. @returns what of the body has come; null = more of the head is to come */
function bodyOf(pending: Pending, chunk: Buffer): Buffer | Error | null {
  if (pending.left !== null) return chunk;
  const seen = pending.head.length === 0 ? chunk : Buffer.concat([pending.head, chunk]);
  const end = seen.indexOf("\r\n\r\n");
  if (end < 0) {
    pending.head = seen;
    return seen.length > MOST_HEAD_BYTES ? new Error("an endless head") : null;
  }
  const text = seen.toString("latin1", 0, end);
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
  if (length === undefined) return new Error(`an answer without a length: ${text.slice(0, 200)}`);
  pending.status = Number(text.slice(9, 12));
  pending.left = Number(length);
  return seen.subarray(end + 4);
}
