import type { Server, Socket } from "node:net";
import { createServer } from "node:net";
import type { SiteSpec } from "../fleet/layout.ts";
import { createConnectHang } from "./connect-hang.ts";
import type { Connection } from "./connection.ts";
import { serveConnection } from "./connection.ts";
import type { FleetRuntime } from "./fleet-runtime.ts";
import { addressOfIndex, indexOfAddress } from "./site-address.ts";

/** The listening side of all sites. */
export type SiteGate = {
  /** Controller address of a site, without a path. */
  readonly urlOf: (spec: SiteSpec) => string;
  /** First and last address, for people. */
  readonly describe: () => string;
  /** Makes listening match the sites' faults: open, refused, or with a handshake that never ends. */
  readonly settle: () => Promise<void>;
  /** Ends every connection of a site with a reset. */
  readonly cut: (siteIndex: number) => void;
  readonly close: () => Promise<void>;
};

type Address = { readonly host: string; readonly port: number };
const BACKLOG = 4096;

/** A port per site on 127.0.0.1, or an address per site on one port. @param firstPort 0 takes free ports */
export async function openSiteGate(runtime: FleetRuntime, firstPort: number): Promise<SiteGate> {
  const connections = new Set<Connection>();
  const hang = createConnectHang();
  const accept = (siteIndex: number, socket: Socket) => {
    const site = runtime.sites[siteIndex];
    // with an address per site the listener cannot refuse: a reset at once is the nearest to it
    if (site === undefined || site.effects.reach === "refused") {
      socket.resetAndDestroy();
      return;
    }
    const connection = serveConnection(runtime, site, socket);
    connections.add(connection);
    socket.on("close", () => connections.delete(connection));
  };
  const listening =
    runtime.options.addressing === "address"
      ? await listenByAddress(runtime, firstPort, accept)
      : await listenByPort(runtime, firstPort, accept);

  let settling: Promise<void> = Promise.resolve();
  const settleOnce = async () => {
    const hanging = runtime.sites
      .filter((site) => site.effects.reach === "connect_hang")
      .map((site) => site.spec.index);
    await listening.settle();
    await hang.hold(hanging.map(listening.addressOf));
    await listening.reopen();
  };
  const cut = (siteIndex: number) => {
    for (const connection of connections) {
      if (connection.site.spec.index === siteIndex) connection.socket.resetAndDestroy();
    }
  };
  return {
    urlOf: (spec) => {
      const { host, port } = listening.addressOf(spec.index);
      return `http://${host}:${port}`;
    },
    describe: listening.describe,
    settle() {
      settling = settling.then(settleOnce, settleOnce);
      return settling;
    },
    cut,
    async close() {
      await settling;
      await hang.close();
      const closed = listening.close();
      for (const connection of connections) connection.socket.destroy();
      await closed;
    },
  };
}

type Listening = {
  readonly addressOf: (siteIndex: number) => Address;
  readonly describe: () => string;
  /** Stops listening where a site must not be open; then opens where it may be again. */
  readonly settle: () => Promise<void>;
  readonly reopen: () => Promise<void>;
  readonly close: () => Promise<void>;
};
type Accept = (siteIndex: number, socket: Socket) => void;

async function listenByPort(runtime: FleetRuntime, firstPort: number, accept: Accept): Promise<Listening> {
  const addresses: Address[] = [];
  const servers: (Server | null)[] = [];
  const open = async (index: number, port: number) => {
    const server = createServer({ noDelay: true }, (socket) => accept(index, socket));
    servers[index] = server;
    return listen(server, { host: "127.0.0.1", port, backlog: 511 });
  };
  const closeAll = () => Promise.all(servers.map((server) => (server?.listening === true ? stop(server) : null)));
  for (const { spec } of runtime.sites) {
    const port = await open(spec.index, firstPort === 0 ? 0 : firstPort + spec.index).catch(async (error: unknown) => {
      await closeAll();
      throw error;
    });
    addresses[spec.index] = { host: "127.0.0.1", port };
  }
  const addressOf = (index: number) => addresses[index] ?? { host: "127.0.0.1", port: 0 };
  return {
    addressOf,
    describe: () => `127.0.0.1:${addressOf(0).port}–${addressOf(runtime.sites.length - 1).port}`,
    async settle() {
      for (const { spec, effects } of runtime.sites) {
        const server = servers[spec.index];
        if (effects.reach === "open" || server === undefined || server === null) continue;
        servers[spec.index] = null;
        // its open connections go on; only the listening ends
        server.close();
      }
    },
    async reopen() {
      for (const { spec, effects } of runtime.sites) {
        if (effects.reach === "open" && servers[spec.index] === null)
          await open(spec.index, addressOf(spec.index).port);
      }
    },
    async close() {
      await closeAll();
    },
  };
}

async function listenByAddress(runtime: FleetRuntime, firstPort: number, accept: Accept): Promise<Listening> {
  const server = createServer({ noDelay: true }, (socket) => {
    const index = indexOfAddress(socket.localAddress ?? "");
    // the listener is on all addresses, the simulator is for this machine only
    if (index < 0 || index >= runtime.sites.length || !isLoopback(socket.remoteAddress ?? "")) socket.destroy();
    else accept(index, socket);
  });
  // reusePort lets a site's own listener, the one whose handshake never ends, stand beside this one
  const port = await listen(server, { host: "0.0.0.0", port: firstPort, backlog: BACKLOG, reusePort: true });
  const addressOf = (index: number) => ({ host: addressOfIndex(index), port });
  return {
    addressOf,
    describe: () => `${addressOfIndex(0)}–${addressOfIndex(runtime.sites.length - 1)} port ${port}`,
    settle: async () => undefined,
    reopen: async () => undefined,
    close: () => stop(server),
  };
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.");
}

type ListenOptions = { host: string; port: number; backlog: number; reusePort?: boolean };

/** @returns the port; rejects with a sentence that names the address */
function listen(server: Server, options: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      reject(new Error(`cannot listen on ${options.host}:${options.port} (${cause.message})`, { cause }));
    });
    server.listen({ ...options, exclusive: true }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : options.port);
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
