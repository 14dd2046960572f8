import type net from "node:net";
import { gzipSync } from "node:zlib";
import { coolerStateReply } from "./dialect-a-replies.ts";

/** What a bad controller of the bench does with a request. */
export type FaultMode =
  | "hang"
  | "drip"
  | "status500"
  | "garbage"
  | "html"
  | "redirect"
  | "huge"
  | "bomb"
  | "rst"
  | "cut";

const HUGE_BYTES = 300 * 1024 * 1024;
const BLOCK = Buffer.alloc(64 * 1024, "7");
const BOMB = gzipSync(Buffer.alloc(200 * 1024 * 1024));
const BODY = coolerStateReply(0);

export function answerBadly(socket: net.Socket, mode: FaultMode): void {
  ANSWERS[mode](socket);
}

const ANSWERS: Readonly<Record<FaultMode, (socket: net.Socket) => void>> = {
  hang: () => undefined,
  drip,
  status500: (socket) => socket.write("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\noops"),
  garbage: (socket) => socket.write(`${head(200, 11)}{ not json `),
  html: (socket) => socket.write(`${head(200, 26)}<html>please log in</html>`),
  redirect: (socket) => socket.write("HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n"),
  huge,
  bomb: (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${BOMB.length}\r\n\r\n`);
    socket.write(BOMB);
  },
  rst: (socket) => socket.resetAndDestroy(),
  cut: (socket) => {
    socket.end(head(200, Buffer.byteLength(BODY)) + BODY.slice(0, BODY.length / 2));
  },
};

function head(status: number, bytes: number): string {
  return `HTTP/1.1 ${status} OK\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`;
}

/** A whole header at once, then one byte of the body every 100 ms. */
function drip(socket: net.Socket): void {
  socket.write(head(200, BODY.length));
  let at = 0;
  const timer = setInterval(() => {
    if (socket.destroyed || at >= BODY.length) clearInterval(timer);
    else socket.write(BODY.charAt(at++));
  }, 100);
}

/** 300 MB without a length, as fast as the reader takes it. */
function huge(socket: net.Socket): void {
  socket.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n");
  let sent = 0;
  const pump = (): void => {
    while (!socket.destroyed && sent < HUGE_BYTES) {
      sent += BLOCK.length;
      if (!socket.write(BLOCK)) {
        socket.once("drain", pump);
        return;
      }
    }
    socket.end();
  };
  pump();
}
