import net from "node:net";
import tls from "node:tls";
import { asPlantClient } from "./egress-guard.ts";

/** Counts the sockets of one process, so that a limit can be kept and a leak is seen. */
export type SocketCount = { open: number };

/** Where a controller listens. */
export type SocketTarget = { readonly host: string; readonly port: number; readonly isTls: boolean };

/** @param controllerUrl http or https */
export function socketTargetOf(controllerUrl: string): SocketTarget {
  const { protocol, hostname, port } = new URL(controllerUrl);
  const isTls = protocol === "https:";
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) || (isTls ? 443 : 80), isTls };
}

/** What becomes of a socket, in the order in which it happens; `error` is followed by `closed`. */
export interface SocketEvents {
  connected(socket: net.Socket): void;
  /** The bytes may be overwritten as soon as the call returns. */
  received(socket: net.Socket, bytes: Buffer): void;
  /** The controller will send nothing more. */
  ended(socket: net.Socket): void;
  failed(socket: net.Socket, error: Error): void;
  closed(socket: net.Socket): void;
}

/** A dead peer behind a kept-alive socket is found out by the kernel's own probes. */
const PROBE_AFTER_MS = 60_000;
/**
 * One buffer for the sockets of all controllers: Node reads into it and hands it over before it reads again, from this
 * socket or another. Without it each read costs an allocation of 64 KiB.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

/** Bytes that are written at once wait for the connection. A socket that the line has given up must still be destroyed. */
export function openSocket(target: SocketTarget, count: SocketCount, events: SocketEvents): net.Socket {
  count.open += 1;
  const socket = asPlantClient(() => (target.isTls ? connectTls(target, events) : connectPlain(target, events)));
  socket.once(target.isTls ? "secureConnect" : "connect", () => events.connected(socket));
  socket.once("end", () => events.ended(socket));
  socket.on("error", (error) => events.failed(socket, error));
  socket.once("close", () => {
    count.open -= 1;
    events.closed(socket);
  });
  return socket;
}

function connectPlain({ host, port }: SocketTarget, events: SocketEvents): net.Socket {
  const socket = net.connect({
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: PROBE_AFTER_MS,
    onread: {
      buffer: READ_BUFFER,
      callback(bytesRead, buffer) {
        events.received(socket, (buffer as Buffer).subarray(0, bytesRead));
        return true;
      },
    },
  });
  return socket;
}

/** `onread` would hand over what is still encrypted. The certificate is checked against the machine's authorities. */
function connectTls({ host, port }: SocketTarget, events: SocketEvents): net.Socket {
  const servername = net.isIP(host) === 0 ? host : "";
  const socket = tls.connect({ host, port, servername, ALPNProtocols: ["http/1.1"] });
  socket.setNoDelay(true);
  socket.setKeepAlive(true, PROBE_AFTER_MS);
  socket.on("data", (bytes) => events.received(socket, bytes));
  return socket;
}
