import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { NextFunction, Request, Response } from "express";
import { authorize } from "../../domain/access/authorize.ts";
import { leadsToLogin, loginAddress } from "../../domain/access/login-address.ts";
import type { SessionUser } from "../../domain/access/session-user.ts";
import {
  type AccessOptions,
  accessCookieName,
  bearerToken,
  cookieValue,
  endWithSession,
  isForged,
  isOwnOrigin,
  isReading,
  type Refusal,
  refuse,
  sessionOfRequest,
  sessionOfToken,
  tellRefused,
} from "./session-source.ts";

/** `on`: flows can be changed; `readonly`: looked at; `off`: there is no editor. */
export type EditorMode = "on" | "readonly" | "off";

export const EDITOR_ROOT = "/editor/";
const COMMS_PATH = `${EDITOR_ROOT}comms`;
/** Widget files: the Dashboard loads them from below the editor's address, for every signed-in user. */
const RESOURCES_PATH = `${EDITOR_ROOT}resources/`;

type EditorUser = { readonly username: string; readonly permissions: "*" | "read" };

/**
 * One sign-in for the editor: the session cookie becomes the bearer token that Node-RED's `adminAuth` asks for.
 * Cookies make its API open to forged requests, so everything but reading needs our own Origin; a client that brings a
 * bearer token of its own is no browser being misled.
 */
export function createEditorAccess(options: AccessOptions, mode: EditorMode) {
  const editorUser = (session: SessionUser | null) => (session === null ? null : editorUserOf(session, mode));

  return {
    /** Node-RED's own login hands out tokens of 7 days that know nothing of our sessions: it lets nobody in. */
    adminAuth: {
      type: "credentials",
      users: async () => null,
      authenticate: async () => null,
      tokens: async (token: string) => editorUser(sessionOfToken(options, token)),
      default: async () => null,
    },

    /** For everything of the editor: page, API and files. */
    httpAdminMiddleware(request: Request, response: Response, next: NextFunction): void {
      const refusal = refusalOf(options, mode, request);
      if (refusal !== null && isPage(request) && leadsToLogin(refusal)) {
        response.redirect(302, loginAddress(EDITOR_ROOT, refusal));
      } else if (refusal !== null) {
        const permission = isReading(request.method) ? "flows:read" : "flows:edit";
        tellRefused(options, request, { permission, target: "the editor", code: refusal });
        refuse(response, refusal);
      } else {
        takeTokenFromCookie(request, options.publicOrigin);
        next();
      }
    },

    /**
     * The same before the flows first run, when nobody would answer a Dashboard's or an editor's socket. A browser makes
     * one WebSocket handshake per host at a time: one that hangs would hold up our live stream, in other tabs too.
     */
    refuseEarlyUpgrade(request: IncomingMessage, socket: Duplex): void {
      // Node-RED's own listener passes by what is not the editor's address.
      request.url = "/";
      endUpgrade(request, socket, "503 Service Unavailable");
    },

    /**
     * To be called from the HTTP server's `upgrade` event, before Node-RED's own listener: the editor's socket bypasses
     * Express. Leaves other paths alone. A stranger's socket is ended here; a user's ends with the session.
     */
    authoriseEditorUpgrade(request: IncomingMessage, socket: Duplex): void {
      const path = upgradePath(request.url ?? "");
      if (path === null) {
        // Node-RED would parse the same text, and throw, and that is the end of the process.
        request.url = "/";
        endUpgrade(request, socket, "400 Bad Request");
        return;
      }
      if (path !== COMMS_PATH) return;
      const session = sessionOfRequest(options, request);
      const isForeign = bearerToken(request) === undefined && !isOwnOrigin(options, request.headers.origin);
      if (mode === "off") {
        endUpgrade(request, socket, "404 Not Found");
      } else if (session === null || editorUserOf(session, mode) === null || isForeign) {
        endUpgrade(request, socket, "401 Unauthorized");
      } else {
        takeTokenFromCookie(request, options.publicOrigin);
        socket.once(
          "close",
          endWithSession(options, session, () => socket.destroy()),
        );
      }
    },
  };
}

/** Whoever may edit flows owns the process: nobody below an engineer sees them, because flows show addresses. */
function editorUserOf(user: SessionUser, mode: EditorMode): EditorUser | null {
  if (mode === "off" || authorize(user, "flows:read") !== null) return null;
  const mayEdit = mode === "on" && authorize(user, "flows:edit") === null;
  return { username: user.username, permissions: mayEdit ? "*" : "read" };
}

function takeTokenFromCookie(request: IncomingMessage, publicOrigin: string): void {
  if (bearerToken(request) !== undefined) return;
  const token = cookieValue(request.headers.cookie, accessCookieName(publicOrigin));
  if (token !== undefined) request.headers.authorization = `Bearer ${token}`;
}

/** What somebody has to see to before the editor is open. */
function dutyOf(session: SessionUser): Refusal | null {
  const refusal = authorize(session, "flows:read");
  return refusal === "auth.password-change-required" || refusal === "auth.totp-required" ? refusal : null;
}

function pathOf({ originalUrl }: Request): string {
  return originalUrl.split("?")[0] ?? "/";
}

function isPage(request: Request): boolean {
  return request.method === "GET" && pathOf(request) === EDITOR_ROOT;
}

function refusalOf(options: AccessOptions, mode: EditorMode, request: Request): Refusal | null {
  const path = pathOf(request);
  const session = sessionOfRequest(options, request);
  if (session === null) return "auth.not-signed-in";
  if (path.startsWith(RESOURCES_PATH) && isReading(request.method) && authorize(session, "dashboard:use") === null) {
    return null;
  }
  const user = editorUserOf(session, mode);
  // Routes that nodes of third parties bring may ask for no permission at all: writing is decided here.
  if (user === null) return dutyOf(session) ?? "auth.not-allowed";
  if (user.permissions !== "*" && !isReading(request.method)) return "auth.not-allowed";
  return isForged(options, request) ? "auth.foreign-origin" : null;
}

/** The path as Node-RED reads it: it takes `\\` for `/` and leaves a fragment away. Null: no path at all, such as `http://[`. */
function upgradePath(target: string): string | null {
  if (!/^\/(?!\/)/.test(target)) return null;
  return target.replaceAll("\\", "/").split(/[?#]/)[0] ?? target;
}

/** Node-RED's listener still runs after this one: a token that nobody has makes it let go of the socket. */
function endUpgrade(request: IncomingMessage, socket: Duplex, statusLine: string): void {
  request.headers.authorization = "Bearer none";
  socket.end(`HTTP/1.1 ${statusLine}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
