import { lookup as dnsLookup } from "node:dns";
import net, { isIP, type LookupFunction, type Socket } from "node:net";
import tls from "node:tls";
import { VideoError } from "../../../domain/video/video-cause.ts";

/** What becomes of a connection. */
export type SocketEvents = {
  /** To an address that is allowed, and, where it is TLS, to whom it is meant for. */
  connected(): void;
  /** They may be overwritten after the call. */
  received(bytes: Buffer): void;
  failed(error: Error): void;
  /** Nothing more comes. It may be told more than once. */
  closed(): void;
};

/** @returns null when `failed` will be told without a connection */
export type ConnectCamera = (events: SocketEvents) => Socket | null;

export type GuardOptions = {
  /** Whether the camera may be at this address; asked before a connection to an address, and of what a name stands for. */
  readonly mayConnect: (address: string, target: URL) => boolean;
  /** For tests: how a name is resolved. */
  readonly lookup?: LookupFunction;
};

/**
 * One buffer for all cameras: it is read into, handed over, and read into again. Without it each read costs an allocation of
 * 64 KiB that V8 has to clear away. Twice the segment of a tile.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(256 * 1024);

/** Node looks no address up that is written as one, and a name may stand for another one each time: both are asked here. */
export function guardedConnect(
  origin: string,
  { mayConnect, lookup = dnsLookup as LookupFunction }: GuardOptions,
): ConnectCamera {
  const target = new URL(`${origin}/`);
  const isTls = target.protocol === "https:";
  const host = target.hostname.replace(/^\[|\]$/g, "");
  const port = Number(target.port) || (isTls ? 443 : 80);
  const isAllowed = (address: string) => mayConnect(address, target);
  const options = { host, port, lookup: guardLookup(lookup, isAllowed), noDelay: true, keepAlive: true };

  return (events) => {
    if (isIP(host) !== 0 && !isAllowed(host)) {
      queueMicrotask(() => events.failed(new VideoError("target_not_allowed", "an address that is not allowed")));
      return null;
    }
    const socket = isTls ? connectTls(options, events) : connectPlain(options, events);
    socket.once(isTls ? "secureConnect" : "connect", () => {
      const address = socket.remoteAddress;
      if (address !== undefined && isAllowed(address)) return events.connected();
      socket.destroy();
      events.failed(new VideoError("target_not_allowed", "connected to an address that is not allowed"));
    });
    socket.on("error", events.failed);
    socket.once("end", events.closed);
    socket.once("close", events.closed);
    return socket;
  };
}

type Options = { readonly host: string; readonly port: number; readonly lookup: LookupFunction };

function connectPlain(options: Options, { received }: SocketEvents): Socket {
  return net.connect({
    ...options,
    onread: {
      buffer: READ_BUFFER,
      callback(count, buffer) {
        received((buffer as Buffer).subarray(0, count));
        return true;
      },
    },
  });
}

/** `onread` would hand over what is still encrypted. */
function connectTls(options: Options, { received }: SocketEvents): Socket {
  const servername = isIP(options.host) === 0 ? options.host : "";
  const socket = tls.connect({ ...options, servername, ALPNProtocols: ["http/1.1"] });
  socket.on("data", received);
  return socket;
}

function guardLookup(lookup: LookupFunction, mayConnect: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, "");
      const addresses = (Array.isArray(found) ? found : []).filter(({ address }) => mayConnect(address));
      const [first] = addresses;
      if (first === undefined)
        return callback(new VideoError("target_not_allowed", "a name that stands for no allowed address"), "");
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}
