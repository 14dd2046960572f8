import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** Not the address of the simulated controllers, which nothing may be sent to. */
export const RECEIVER_HOST = "127.0.0.2";

export type Received = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly atMs: number;
};
export type Behaviour = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A receiver of webhooks that keeps what it gets, and behaves as it is told. */
export type Receiver = {
  readonly url: string;
  readonly received: Received[];
  /** Bytes of answers that went out. */
  sentBytes(): number;
  behave(next: Behaviour): void;
  close(): Promise<void>;
};

export const answer =
  (status: number, headers: Record<string, string> = {}): Behaviour =>
  (_request, response) => {
    response.writeHead(status, headers);
    response.end();
  };

const CHUNK = Buffer.alloc(65_536, "x");

export const FAULTS = {
  hang: () => undefined,
  "drop after accept": (request) => request.socket.destroy(),
  "drop after half the headers": (request) => {
    request.socket.write("HTTP/1.1 200 OK\r\ncontent-");
    request.socket.end();
  },
  "not HTTP": (request) => request.socket.end("hello\r\n\r\n"),
  "a flood of headers": (request) => {
    const flood = "x-flood: 0123456789abcdef\r\n".repeat(20_000);
    request.socket.end(`HTTP/1.1 200 OK\r\n${flood}\r\n`);
  },
  "200 and then silence": (_request, response) => {
    response.writeHead(200, { "content-length": 10 });
    response.write("12345");
  },
  "300 MB": (_request, response) => {
    response.writeHead(200, { "content-length": 300_000_000 });
    let left = 300_000_000;
    const more = (): void => {
      while (left > 0 && !response.destroyed) {
        left -= CHUNK.length;
        if (!response.write(CHUNK)) return void response.once("drain", more);
      }
      response.end();
    };
    more();
  },
} satisfies Record<string, Behaviour>;

export async function startReceiver(host = RECEIVER_HOST): Promise<Receiver> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let behaviour: Behaviour = answer(204);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      received.push({ path: request.url ?? "", headers, body, atMs: performance.now() });
      behaviour(request, response, body);
    });
    request.on("error", () => undefined);
  });
  let closedBytes = 0;
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => {
      closedBytes += socket.bytesWritten;
      sockets.delete(socket);
    });
    socket.on("error", () => undefined);
  });
  const port = await listen(server, host);
  return {
    url: `http://${host}:${port}`,
    received,
    sentBytes: () => closedBytes + [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
    behave(next) {
      behaviour = next;
    },
    close() {
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

function listen(server: Server, host: string): Promise<number> {
  return new Promise((done) => server.listen(0, host, () => done((server.address() as AddressInfo).port)));
}
