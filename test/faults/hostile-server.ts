import net from "node:net";
import { Worker } from "node:worker_threads";
import { HOSTILE_CASES, type HostileCase, type Witness, whole } from "./hostile-cases.ts";

/** One listener for all cases: the case is the first part of the path, so that each site has its own. */
export type HostileServer = {
  urlOf(name: string): string;
  /** Requests seen, by case. */
  readonly requests: ReadonlyMap<string, number>;
  openSockets(): number;
  close(): Promise<void>;
};

/** @param answers further cases by name: what the server writes */
export async function startHostileServer(answers: ReadonlyMap<string, HostileCase["answer"]>): Promise<HostileServer> {
  const all = new Map([...HOSTILE_CASES.map(({ name, answer }) => [name, answer] as const), ...answers]);
  const requests = new Map<string, number>();
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      const name = /^GET \/([^/?]+)/.exec(chunk.toString("latin1"))?.[1] ?? "";
      requests.set(name, (requests.get(name) ?? 0) + 1);
      const answer = all.get(name) ?? ((s: net.Socket) => void s.write(whole("{}", "", "404 Not Found")));
      answer(socket);
    });
  });
  const port = await listen(server, 511);
  return {
    urlOf: (name) => `http://127.0.0.1:${port}/${name}`,
    requests,
    openSockets: () => sockets.size,
    close: () => closeServer(server, sockets),
  };
}

function listen(server: net.Server, backlog: number): Promise<number> {
  return new Promise((resolve) => {
    server.listen({ port: 0, host: "127.0.0.1", backlog }, () => resolve((server.address() as net.AddressInfo).port));
  });
}

function closeServer(server: net.Server, sockets: Iterable<net.Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** A port that nobody listens on. */
export async function refusingUrl(): Promise<string> {
  const server = net.createServer();
  const port = await listen(server, 1);
  await closeServer(server, []);
  return `http://127.0.0.1:${port}`;
}

const BLOCKED_LISTENER = `
  const { parentPort } = require("node:worker_threads");
  const server = require("node:net").createServer();
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });`;

/**
 * An address whose handshake never completes, on loopback: the listener's thread stands still, its backlog of 1 (Node takes 0
 * for 511) is filled, and the kernel drops every further SYN.
 */
export async function startBlackHole(): Promise<{ url: string; port: number; close(): Promise<unknown> }> {
  const worker = new Worker(BLOCKED_LISTENER, { eval: true });
  const port = await new Promise<number>((resolve) => worker.once("message", resolve));
  const fillers = Array.from({ length: 8 }, () =>
    net.connect({ port, host: "127.0.0.1" }).on("error", () => undefined),
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close() {
      for (const socket of fillers) socket.destroy();
      return worker.terminate();
    },
  };
}

/** What a client that trusts nothing and parses nothing sees within `forMs`. */
export function witness(url: string, forMs = 250): Promise<Witness> {
  const { hostname, port, pathname } = new URL(url);
  return new Promise((resolve) => {
    let bytes = 0;
    let head = "";
    let ended: Witness["ended"] = "no_handshake";
    const socket = net.connect({ host: hostname, port: Number(port) });
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ bytes, head, ended });
    };
    const timer = setTimeout(finish, forMs);
    socket.on("connect", () => {
      ended = "open";
      socket.write(`GET ${pathname}/cooler?operation=coolerState HTTP/1.1\r\nhost: x\r\n\r\n`);
    });
    socket.on("data", (chunk) => {
      bytes += chunk.length;
      if (head.length < 2000) head += chunk.toString("latin1").slice(0, 2000 - head.length);
      if (bytes > 8 * 1024 * 1024) finish();
    });
    socket.on("end", () => {
      ended = "end";
      finish();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      ended = error.code === "ECONNREFUSED" ? "refused" : "reset";
      finish();
    });
  });
}
