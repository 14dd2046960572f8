import { CameraLine, type LineCall } from "./camera-line.ts";
import type { ConnectCamera } from "./camera-socket.ts";

/** Requests to one origin of a camera, on few connections, in the order in which they come. */
export interface CameraLines {
  send(call: LineCall): void;
  /** Nothing more is heard of it; a connection that carries it is ended. */
  drop(call: LineCall): void;
  /** Stops and goes on reading its answer. */
  hold(call: LineCall, isHeld: boolean): void;
  close(): void;
}

/** A camera has little to spare, and everything that viewers ask for is fetched once. */
const CONNECTIONS = 3;

export function createCameraLines(connect: ConnectCamera): CameraLines {
  /** Each with the request that it carries; null = it is free. */
  const lines = new Map<CameraLine, LineCall | null>();
  let waiting: LineCall[] = [];

  const owner = {
    onFree(line: CameraLine): void {
      lines.set(line, null);
      next();
    },
    onGone(line: CameraLine, unheard: LineCall | null): void {
      lines.delete(line);
      if (unheard !== null) waiting.unshift(unheard);
      // A line that is gone may be in the middle of what it reads.
      if (waiting.length > 0) queueMicrotask(next);
    },
  };

  function next(): void {
    for (const [line, carried] of lines) {
      if (carried !== null) continue;
      const call = waiting.shift();
      if (call === undefined) return;
      lines.set(line, call);
      line.send(call);
    }
    while (waiting.length > 0 && lines.size < CONNECTIONS) {
      const call = waiting.shift() as LineCall;
      lines.set(new CameraLine(connect, call, owner), call);
    }
  }

  function lineOf(call: LineCall): CameraLine | null {
    for (const [line, carried] of lines) if (carried === call) return line;
    return null;
  }

  return {
    send(call) {
      waiting.push(call);
      next();
    },
    drop(call) {
      waiting = waiting.filter((other) => other !== call);
      lineOf(call)?.destroy();
    },
    hold(call, isHeld) {
      const line = lineOf(call);
      if (isHeld) line?.pause();
      else line?.resume();
    },
    close() {
      waiting = [];
      for (const line of [...lines.keys()]) line.destroy();
    },
  };
}
