import { EventEmitter } from "node:events";
import type { Request, Response } from "express";
import { afterEach, expect, test, vi } from "vitest";
import { createDashboardAccess, type DashboardSocket } from "../../../adapters/node-red/dashboard-access.ts";
import { createEditorAccess } from "../../../adapters/node-red/editor-access.ts";
import type { SessionUser } from "../../../domain/access/session-user.ts";
import { createSocketGuard } from "../../../nodes/antbox-dashboard/socket-guard.ts";

const ORIGIN = "https://antbox.example";
const NOW = Date.parse("2026-03-01T08:00:00.000Z");
const session = {
  username: "op",
  role: "operator",
  scope: null,
  grants: null,
  mustChangePassword: false,
  expiresAtMs: NOW + 600_000,
  sessionId: "s1",
} satisfies SessionUser & {
  sessionId: string;
};
afterEach(() => vi.useRealTimers());

function aSocket(origin: string | undefined = ORIGIN) {
  const conn = new EventEmitter();
  const sockets = new Map<string, DashboardSocket>();
  const socket = {
    request: { headers: { cookie: "c" } },
    handshake: { headers: { origin } },
    conn,
    nsp: { sockets },
    data: {} as { user?: SessionUser },
    use: () => {},
    disconnect: vi.fn(),
  };
  sockets.set("1", socket as unknown as DashboardSocket);
  return socket as typeof socket & DashboardSocket;
}
const connect = (access: ReturnType<typeof createDashboardAccess>, socket: DashboardSocket) => {
  let refusal: Error | undefined;
  access.ioMiddleware(socket, (error) => {
    refusal = error;
  });
  return refusal?.message ?? "connected";
};

test("without a watch over sessions, socket and rights end with the access token", () => {
  vi.useFakeTimers({ now: NOW });
  const socket = aSocket();
  const guard = createSocketGuard({ nowMs: () => Date.now(), typeOf: () => "ui-button" });
  expect(connect(createDashboardAccess({ publicOrigin: ORIGIN, sessionOf: () => session }), socket)).toBe("connected");
  expect(guard(socket, "w", "act")).toBe("act");
  vi.advanceTimersByTime(600_000);
  expect(socket.disconnect).toHaveBeenCalledWith(true);
  expect(guard(socket, "w", "act")).toBeNull();
});

test("with one, both outlive the token and end when the session does", () => {
  vi.useFakeTimers({ now: NOW });
  const socket = aSocket();
  const guard = createSocketGuard({ nowMs: () => Date.now(), typeOf: () => "ui-button" });
  let end = () => {};
  const stop = vi.fn();
  const onSessionEnd = (_session: object, listener: () => void) => {
    end = listener;
    return stop;
  };
  expect(connect(createDashboardAccess({ publicOrigin: ORIGIN, sessionOf: () => session, onSessionEnd }), socket)).toBe(
    "connected",
  );
  vi.advanceTimersByTime(3_600_000);
  expect(guard(socket, "w", "act")).toBe("act");
  expect(socket.disconnect).not.toHaveBeenCalled();
  end();
  expect(socket.disconnect).toHaveBeenCalledWith(true);
  socket.conn.emit("close");
  expect(stop).toHaveBeenCalledOnce();
});

test("a timer does not outlive its socket", () => {
  vi.useFakeTimers({ now: NOW });
  const socket = aSocket();
  connect(createDashboardAccess({ publicOrigin: ORIGIN, sessionOf: () => session }), socket);
  socket.conn.emit("close");
  expect(vi.getTimerCount()).toBe(0);
});

test("the origin check may be that of the platform", () => {
  const options = {
    publicOrigin: ORIGIN,
    sessionOf: () => session,
    isOwnOrigin: (origin?: string) => origin === "http://localhost:1880",
  };
  expect(connect(createDashboardAccess(options), aSocket("http://localhost:1880"))).toBe("connected");
  expect(connect(createDashboardAccess(options), aSocket(ORIGIN))).toBe("unauthorized");
});

/** Where a GET is sent, or the status of its refusal. */
function answerTo(middleware: (request: Request, response: Response, next: () => void) => void, originalUrl: string) {
  let answer: string | number = "passed";
  const response = {
    redirect: (_status: number, address: string) => {
      answer = address;
    },
    status(code: number) {
      answer = code;
      return { type: () => ({ send: () => undefined }) };
    },
  };
  const request = { method: "GET", originalUrl, headers: { cookie: "c" } };
  middleware(request as Request, response as unknown as Response, () => undefined);
  return answer;
}

test.for([
  { duty: "a password to replace", state: { mustChangePassword: true }, reason: "password" },
  { duty: "a second factor to set up", state: { mustSetUpTotp: true }, reason: "totp" },
])("whoever has $duty is sent to the login from every page, which says why", ({ state, reason }) => {
  const options = { publicOrigin: ORIGIN, sessionOf: () => ({ ...session, role: "engineer", ...state }) as const };
  const dashboard = createDashboardAccess(options).requireSession;
  const editor = createEditorAccess(options, "readonly").httpAdminMiddleware;
  expect(answerTo(dashboard, "/dashboard/site?id=a")).toBe(`/login?next=%2Fdashboard%2Fsite%3Fid%3Da&reason=${reason}`);
  expect(answerTo(editor, "/editor/")).toBe(`/login?next=%2Feditor%2F&reason=${reason}`);
  expect([answerTo(dashboard, "/dashboard/_setup"), answerTo(editor, "/editor/flows")]).toEqual([403, 403]);
});

test("a stranger is sent there without a reason, and whoever may not use the editor is not", () => {
  const strange = { publicOrigin: ORIGIN, sessionOf: () => null };
  expect(answerTo(createDashboardAccess(strange).requireSession, "/dashboard/overview")).toBe(
    "/login?next=%2Fdashboard%2Foverview",
  );
  const viewer = { publicOrigin: ORIGIN, sessionOf: () => ({ ...session, role: "viewer" }) as const };
  expect(answerTo(createEditorAccess(viewer, "on").httpAdminMiddleware, "/editor/")).toBe(403);
});
