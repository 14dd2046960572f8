import net from "node:net";
import type { Log } from "../../domain/log.ts";
import { seldom } from "../../domain/seldom.ts";
import { createPlantAddresses, type PlantAddresses } from "../../domain/sites/plant-addresses.ts";

/** Set while our own client opens a connection; everything else in the process comes without it. */
let isPlantClient = false;
/** Addresses that our own client was given for the names of sites: a flow must not reach them by number either. */
const resolved = new Map<string, Set<string>>();
const MOST_ADDRESSES = 8;

/** Opens a connection to the plant. Only the clients in this folder have a reason to. */
export function asPlantClient(open: () => net.Socket): net.Socket {
  isPlantClient = true;
  try {
    const socket = open();
    socket.on("lookup", (_error, address, _family, host) => remember(host, address));
    return socket;
  } finally {
    isPlantClient = false;
  }
}

function remember(host: string, address: string): void {
  const known = resolved.get(host) ?? new Set();
  if (known.size < MOST_ADDRESSES) resolved.set(host, known.add(address));
}

/** What a refused connection fails with. It names no address: the message is shown in flows. */
class PlantAddressError extends Error {
  readonly code = "EACCES";
  constructor() {
    super("connections to controllers and cameras are not for flows: commands go by the node command-sender");
  }
}

export type EgressGuardOptions = {
  /** URLs of controllers and cameras. The same object while nothing changed. */
  readonly plantUrls: () => readonly (string | null)[];
  readonly log: Log;
};

const COMPLAIN_EVERY_MS = 60_000;

/**
 * Keeps everything in this process but our own clients from connecting to the plant: http-request, websocket, MQTT and
 * function nodes, nodes of other packages, `fetch`. It stands where all TCP and TLS connections of Node begin, judges the
 * host that is asked for, and each address that a name turns out to stand for before anything is sent there.
 *
 * It cannot stop a connection that stood before its target was in the inventory, nor what leaves Node's own sockets: programs and threads that are started, native add-ons, datagrams, code that
 * breaks out of a function node's sandbox and puts the former method back, or a proxy elsewhere that is let into the plant's
 * network. Those need the rights of whoever may deploy flows, and a firewall.
 *
 * @returns takes the guard away again
 */
export function installEgressGuard({ plantUrls, log }: EgressGuardOptions): () => void {
  const original = net.Socket.prototype.connect;
  let known: {
    readonly urls: readonly (string | null)[];
    readonly names: number;
    readonly plant: PlantAddresses;
  } | null = null;
  const mayComplain = seldom(COMPLAIN_EVERY_MS, () => performance.now());

  function plant(): PlantAddresses {
    const urls = plantUrls();
    if (known === null || known.urls !== urls || known.names !== countResolved()) {
      known = { urls, names: countResolved(), plant: createPlantAddresses(urls, (host) => resolved.get(host) ?? []) };
    }
    return known.plant;
  }

  function refuse(socket: net.Socket): void {
    socket.destroy(new PlantAddressError());
    if (mayComplain()) log.warn({}, "something in a flow tried to connect to the plant, and was refused");
  }

  function guarded(this: net.Socket, ...given: unknown[]): net.Socket {
    if (isPlantClient) return Reflect.apply(original, this, given);
    const target = targetOf(given);
    if (target === null) return Reflect.apply(original, this, given);
    if (plant().has(target.host, target.port)) {
      // As if the connection had failed: later, when whoever asked listens.
      process.nextTick(refuse, this);
      return this;
    }
    this.on("lookup", (error, address) => {
      if (!error && plant().has(address, target.port)) refuse(this);
    });
    return Reflect.apply(original, this, given);
  }

  net.Socket.prototype.connect = guarded as typeof original;
  return () => {
    if (net.Socket.prototype.connect === (guarded as typeof original)) net.Socket.prototype.connect = original;
  };
}

function countResolved(): number {
  let count = 0;
  for (const addresses of resolved.values()) count += addresses.size;
  return count;
}

/** Where a call of `connect` leads; null for a local path. Node's own functions hand over a normalised array. */
function targetOf(given: readonly unknown[]): { readonly host: string; readonly port: number } | null {
  const [first, second] = Array.isArray(given[0]) ? (given[0] as unknown[]) : given;
  if (typeof first === "object" && first !== null) {
    const { host, port, path } = first as { host?: unknown; port?: unknown; path?: unknown };
    if (port === undefined && typeof path === "string") return null;
    return { host: typeof host === "string" ? host : "", port: Number(port) };
  }
  if (typeof first === "string" && Number.isNaN(Number(first))) return null;
  return { host: typeof second === "string" ? second : "", port: Number(first) };
}
