import { connect, createServer, type Socket } from "node:net";

/** Which way of a connection is cut: both, only what the client says, or only what the server answers. */
export type Cut = "both" | "to-server" | "to-client";

export type PartitionProxy = {
  readonly port: number;
  /** Holds back what comes from now on; it is delivered late, after `heal`, as a network does. */
  cut(way: Cut): void;
  heal(): void;
  close(): Promise<void>;
};

/** A network between a client and a server on loopback that can be cut, also in one direction only. */
export async function startPartitionProxy(serverPort: number): Promise<PartitionProxy> {
  let way: Cut | null = null;
  const pairs = new Set<readonly [Socket, Socket]>();

  function apply([client, server]: readonly [Socket, Socket]): void {
    if (way === "both" || way === "to-server") client.pause();
    else client.resume();
    if (way === "both" || way === "to-client") server.pause();
    else server.resume();
  }

  const listener = createServer((client) => {
    const server = connect(serverPort, "127.0.0.1");
    const pair = [client, server] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [server, client] as const]) {
      from.on("data", (chunk) => to.write(chunk));
      from.on("error", () => to.destroy());
      from.on("close", () => {
        to.destroy();
        pairs.delete(pair);
      });
    }
    apply(pair);
  });
  await new Promise<void>((resolve) => {
    listener.listen(0, "127.0.0.1", resolve);
  });
  const address = listener.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    cut(next) {
      way = next;
      for (const pair of pairs) apply(pair);
    },
    heal() {
      way = null;
      for (const pair of pairs) apply(pair);
    },
    close() {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      return new Promise((resolve) => {
        listener.close(() => resolve());
      });
    },
  };
}
