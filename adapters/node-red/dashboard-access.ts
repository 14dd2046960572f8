import type { IncomingMessage } from "node:http";
import type { NextFunction, Request, Response } from "express";
import { authorize } from "../../domain/access/authorize.ts";
import { leadsToLogin, loginAddress } from "../../domain/access/login-address.ts";
import type { SessionUser } from "../../domain/access/session-user.ts";
import { isOnlyReading, isSoundPacket } from "./dashboard-packets.ts";
import {
  type AccessOptions,
  endWithSession,
  isForged,
  isOwnOrigin,
  isReading,
  type Refusal,
  refuse,
  sessionForSocket,
  sessionOfRequest,
  tellRefused,
} from "./session-source.ts";

/** What of a socket.io socket is used here; Dashboard brings its own copy of socket.io. */
export type DashboardSocket = {
  readonly request: IncomingMessage;
  readonly handshake: { readonly headers: { readonly origin?: string | undefined } };
  readonly conn: { once(event: "close", listener: () => void): unknown };
  readonly nsp: { readonly sockets: ReadonlyMap<string, DashboardSocket> };
  readonly data: { user?: SessionUser };
  use(filter: (packet: unknown[], next: () => void) => void): unknown;
  disconnect(close: boolean): unknown;
};

const DASHBOARD_ROOT = "/dashboard";
/** Answers of a program, not pages: a redirect to the login page would only confuse whoever asked. */
const NO_PAGE = new RegExp(`^${DASHBOARD_ROOT}/(_setup|_debug|assets|socket\\.io)|\\.[a-z0-9]+$`);
const DEBUG_PATH = `${DASHBOARD_ROOT}/_debug`;

/**
 * Who may see the Dashboard's pages and open its socket. Setting `ioMiddleware` removes Dashboard's own check of the
 * origin, so it is made here; identity comes from the cookie, never from `handshake.auth`, which the browser writes.
 */
export function createDashboardAccess(options: AccessOptions) {
  let namespace: DashboardSocket["nsp"] | undefined;

  return {
    /**
     * For every page and file of `httpNode`, and for the `http in` nodes of flows: reading needs `dashboard:use`, all
     * else `dashboard:act`. `_debug` hands out stored messages of all users: it is not there.
     */
    requireSession(request: Request, response: Response, next: NextFunction): void {
      const refusal = refusalOf(options, request);
      if (refusal === null) next();
      else if (isPage(request) && leadsToLogin(refusal)) {
        response.redirect(302, loginAddress(request.originalUrl, refusal));
      } else {
        const permission = isReading(request.method) ? "dashboard:use" : "dashboard:act";
        tellRefused(options, request, { permission, target: "a page of the flows", code: refusal });
        refuse(response, refusal);
      }
    },

    /** The handshake of the Dashboard's socket. The socket ends when its session does: the check itself runs only once. */
    ioMiddleware(socket: DashboardSocket, next: (refusal?: Error) => void): void {
      const session = options.sessionOf(socket.request.headers.cookie);
      const isOwn = isOwnOrigin(options, socket.handshake.headers.origin);
      if (session === null || !isOwn || authorize(session, "dashboard:use") !== null) {
        next(new Error("unauthorized"));
        return;
      }
      namespace = socket.nsp;
      const user = sessionForSocket(options, session);
      socket.data.user = user;
      // What is not passed on is dropped without a word. Widgets of third parties bring events of their own, which no
      // hook of the Dashboard sees: whatever is not known to read only counts as an action.
      socket.use((packet, pass) => {
        const mayPass = isOnlyReading(packet) || authorize(user, "dashboard:act") === null;
        if (mayPass && isSoundPacket(packet)) pass();
        if (mayPass) return;
        const attempt = { permission: "dashboard:act", target: "a control of the Dashboard" } as const;
        options.onRefused?.({ ...attempt, request: socket.request, session: user, code: "auth.not-allowed" });
      });
      const stop = endWithSession(options, session, () => socket.disconnect(true));
      // A full deploy removes the `disconnect` listeners of open sockets, ours included; `conn` keeps its own.
      socket.conn.once("close", stop);
      next();
    },

    /** Ends the Dashboard sockets of one user, after a logout, a change of role or a disabled account. @returns how many */
    disconnectUser(username: string): number {
      const sockets = [...(namespace?.sockets.values() ?? [])].filter(({ data }) => data.user?.username === username);
      for (const socket of sockets) socket.disconnect(true);
      return sockets.length;
    },
  };
}

/** Express takes its routes in any case. */
function pathOf({ originalUrl }: Request): string {
  return (originalUrl.split("?")[0] ?? "/").toLowerCase();
}

function isPage(request: Request): boolean {
  const path = pathOf(request);
  return request.method === "GET" && path.startsWith(DASHBOARD_ROOT) && !NO_PAGE.test(path);
}

function refusalOf(options: AccessOptions, request: Request): Refusal | null {
  if (pathOf(request).startsWith(DEBUG_PATH)) return "request.not-found";
  const session = sessionOfRequest(options, request);
  const refusal = authorize(session, isReading(request.method) ? "dashboard:use" : "dashboard:act");
  if (refusal === null) return isForged(options, request) ? "auth.foreign-origin" : null;
  return refusal === "auth.out-of-scope" ? "auth.not-allowed" : refusal;
}
