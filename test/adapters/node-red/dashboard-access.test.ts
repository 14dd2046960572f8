import { EventEmitter } from "node:events";
import { afterEach, expect, test, vi } from "vitest";
import { createDashboardAccess, type DashboardSocket } from "../../../adapters/node-red/dashboard-access.ts";
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
