import { createServer, type Server, type Socket } from "node:net";

/** Somebody was here who should not have been. */
export type CanaryHit = {
  /** Address and port that were reached. */
  readonly on: string;
  /** What came first; empty when nothing was said. */
  said: string;
};

/** Listeners on loopback that nobody has any business with: each connection to one of them is a hit. */
export type Canaries = {
  /** `http://127.0.0.2:40001`, one per address asked for, in that order. */
  readonly urls: readonly string[];
  readonly hits: readonly CanaryHit[];
  /** Forgets the hits. */
  reset(): void;
  close(): Promise<void>;
};

/** What a careless client would take for a good answer. */
const ANSWER = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\nConnection: close\r\n\r\ncanary";
const KEPT_CHARACTERS = 2000;

/** @param hosts loopback addresses, each gets a free port; an IPv6 one such as `::1` needs IPv6 on this machine */
export async function openCanaries(hosts: readonly string[] = ["127.0.0.1", "127.0.0.2"]): Promise<Canaries> {
  let hits: CanaryHit[] = [];
  const sockets = new Set<Socket>();
  const opened = await Promise.all(
    hosts.map((host) =>
      open(host, (socket, on) => {
        const hit = { on, said: "" };
        hits.push(hit);
        sockets.add(socket);
        socket.on("close", () => sockets.delete(socket));
        socket.on("error", () => socket.destroy());
        socket.on("data", (part: Buffer) => {
          const isFirst = hit.said === "";
          hit.said = (hit.said + part.toString("latin1")).slice(0, KEPT_CHARACTERS);
          if (isFirst) socket.end(ANSWER);
        });
      }),
    ),
  );
  return {
    urls: opened.map(({ url }) => url),
    get hits() {
      return hits;
    },
    reset() {
      hits = [];
    },
    async close() {
      const closed = opened.map(({ server }) => new Promise((resolve) => server.close(resolve)));
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}

function open(host: string, onHit: (socket: Socket, on: string) => void): Promise<{ server: Server; url: string }> {
  return new Promise((resolve, reject) => {
    let on = "";
    const server = createServer((socket) => onHit(socket, on));
    server.once("error", reject);
    server.listen(0, host, () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      on = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
      resolve({ server, url: `http://${on}` });
    });
  });
}
