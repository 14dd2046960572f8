import net from "node:net";
import tls from "node:tls";
import type { buildConnector } from "undici";

/** Counts the sockets of one process, so that a limit can be kept and a leak is seen. */
export type SocketCount = { open: number };

/** Opens the connections of one controller, at most one at a time. */
type SocketFactory = {
  readonly connect: buildConnector.connector;
  /** Ends a connection attempt under way; the requests that wait for it fail at once. */
  cancel(): void;
  readonly isConnected: boolean;
  destroy(): void;
};

/**
 * `undici`'s own connector notices an endless handshake up to 0.5 s late and leaves the attempt running when the request
 * is aborted. This one keeps hold of the socket, so that a timer of ours ends it to the millisecond.
 */
export function createSocketFactory(count: SocketCount): SocketFactory {
  let socket: net.Socket | null = null;
  let fail: ((error: Error) => void) | null = null;
  let isConnected = false;

  function watch(created: net.Socket, event: "connect" | "secureConnect", callback: buildConnector.Callback): void {
    count.open += 1;
    socket = created;
    fail = (error) => {
      fail = null;
      created.destroy();
      callback(error, null);
    };
    created.once(event, () => {
      if (fail === null || socket !== created) return;
      fail = null;
      isConnected = true;
      callback(null, created);
    });
    created.on("error", (error) => {
      if (socket === created) fail?.(error);
    });
    created.once("close", () => {
      count.open -= 1;
      if (socket !== created) return;
      socket = null;
      isConnected = false;
      fail?.(Object.assign(new Error("closed while connecting"), { code: "ECONNRESET" }));
    });
  }

  return {
    connect({ hostname, port, protocol, servername }, callback) {
      const isTls = protocol === "https:";
      const host = hostname;
      const target = { host, port: Number(port) || (isTls ? 443 : 80), noDelay: true };
      if (isTls) {
        const name = servername ?? (net.isIP(host) === 0 ? host : "");
        watch(tls.connect({ ...target, servername: name, ALPNProtocols: ["http/1.1"] }), "secureConnect", callback);
      } else {
        watch(net.connect(target), "connect", callback);
      }
    },
    cancel() {
      fail?.(Object.assign(new Error("connect time is over"), { code: "UND_ERR_CONNECT_TIMEOUT" }));
    },
    get isConnected() {
      return isConnected && socket !== null && !socket.destroyed;
    },
    destroy() {
      socket?.destroy();
    },
  };
}
