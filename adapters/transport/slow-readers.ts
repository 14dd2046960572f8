import type { Server, Socket } from "node:net";
import { Server as TlsServer } from "node:tls";

export type ReaderLimits = {
  /** So long nobody is looked at closely: a train goes through a tunnel. */
  readonly graceMs: number;
  /** After that, what waits must leave at least this fast. */
  readonly leastBytesPerS: number;
  readonly checkEveryMs: number;
};
export const READER_LIMITS: ReaderLimits = { graceMs: 30_000, leastBytesPerS: 10_000, checkEveryMs: 5_000 };

/** What a socket had taken when it was seen to stand still first, and what waited then. */
type Mark = { readonly takenBytes: number; readonly waitingBytes: number; readonly sinceMs: number };

/**
 * Cuts connections whose other end does not read: what was written for them stays in memory, and a long answer keeps its
 * place among the few that may run at once. Time that the platform itself needs for an answer does not count: nothing
 * waits to be read then.
 *
 * @param onCut told for each one
 * @returns stop
 */
export function cutSlowReaders(
  server: Server,
  { graceMs, leastBytesPerS, checkEveryMs }: ReaderLimits,
  onCut: () => void,
): () => void {
  const sockets = new Map<Socket, Mark | null>();

  function watch(socket: Socket): void {
    sockets.set(socket, null);
    socket.once("close", () => sockets.delete(socket));
  }

  function look(socket: Socket, mark: Mark | null, nowMs: number): void {
    const waitingBytes = socket.writableLength;
    const takenBytes = socket.bytesWritten - waitingBytes;
    if (waitingBytes === 0) sockets.set(socket, null);
    else if (mark === null || mark.takenBytes !== takenBytes) {
      sockets.set(socket, { takenBytes, waitingBytes, sinceMs: nowMs });
    } else if (nowMs - mark.sinceMs > graceMs + (mark.waitingBytes / leastBytesPerS) * 1000) {
      socket.destroy();
      onCut();
    }
  }

  const event = server instanceof TlsServer ? "secureConnection" : "connection";
  server.on(event, watch);
  const timer = setInterval(() => {
    const nowMs = performance.now();
    for (const [socket, mark] of sockets) look(socket, mark, nowMs);
  }, checkEveryMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    server.off(event, watch);
  };
}
