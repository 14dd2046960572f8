import type { ControllerLine } from "../../domain/collection/poll-site.ts";
import type { SocketCount } from "./controller-socket.ts";
import { HttpLine } from "./http-line.ts";

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
 * body ≤ 1 MiB, one time limit over everything. Each site has a line of its own, so that two sites behind one address
 * do not wait for each other.
 */
export function createHttpClient(options: HttpClientOptions = { keepAlive: true }): HttpClient {
  const count: SocketCount = { open: 0 };
  return {
    lineTo: (controllerUrl) => new HttpLine(controllerUrl, options, count),
    get openSockets() {
      return count.open;
    },
  };
}
