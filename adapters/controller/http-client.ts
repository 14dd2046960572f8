import { Client } from "undici";
import type { ControllerLine, TryResult } from "../../domain/collection/poll-site.ts";
import { Exchange, MAX_BODY_BYTES } from "./exchange.ts";
import { createSocketFactory, type SocketCount } from "./socket-factory.ts";

const HEADERS = ["accept-encoding", "identity"];
const MAX_HEADER_BYTES = 16 * 1024;
/** Longer than the longest usual interval, or every round would open a new connection. */
const KEEP_ALIVE_MS = 150_000;
/** A second net under the timers of `Exchange`. */
const SECOND_NET_MS = 4500;

type HttpClientOptions = {
  /** Read at each request. False where the process may not hold a socket per site: each then opens and closes its own. */
  readonly keepAlive: boolean;
};

/** Lines to controllers, and the number of their sockets. */
export interface HttpClient {
  /**
   * @param controllerUrl origin, and the prefix that the caller puts before each path; never written to a log
   */
  lineTo(controllerUrl: string): ControllerLine;
  readonly openSockets: number;
}

/**
 * HTTP to controllers, which are never trusted: status 200 and identity encoding only, no redirects, header ≤ 16 KiB,
 * body ≤ 1 MiB, one time limit over everything. Each site has a client of its own, so that two sites behind one address
 * do not wait for each other.
 */
export function createHttpClient(options: HttpClientOptions = { keepAlive: true }): HttpClient {
  const count: SocketCount = { open: 0 };
  return {
    lineTo: (controllerUrl) => createLine(controllerUrl, options, count),
    get openSockets() {
      return count.open;
    },
  };
}

function createLine(controllerUrl: string, options: HttpClientOptions, count: SocketCount): ControllerLine {
  const sockets = createSocketFactory(count);
  const { origin } = new URL(controllerUrl);
  let client: Client | null = null;
  let isBusy = false;
  let isClosing = false;

  function openClient(): Client {
    client ??= new Client(origin, {
      connect: sockets.connect,
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      maxResponseSize: MAX_BODY_BYTES,
      headersTimeout: SECOND_NET_MS,
      bodyTimeout: SECOND_NET_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      keepAliveTimeoutThreshold: 1000,
    });
    return client;
  }

  function end(): void {
    sockets.destroy();
    const ending = client;
    client = null;
    // A client that is gone has nothing to tell: its requests were settled before.
    ending?.destroy().catch(() => undefined);
  }

  return {
    get isConnected() {
      return sockets.isConnected;
    },
    send(request, timeoutMs) {
      isBusy = true;
      return new Promise<TryResult>((resolve) => {
        const settle = (result: TryResult): void => {
          isBusy = false;
          resolve(result);
          if (isClosing) end();
        };
        const exchange = new Exchange(timeoutMs, settle, sockets.cancel);
        openClient().dispatch(
          { path: request.path, method: request.method, headers: HEADERS, reset: !options.keepAlive },
          exchange,
        );
      });
    },
    close() {
      isClosing = true;
      if (!isBusy) end();
    },
  };
}
