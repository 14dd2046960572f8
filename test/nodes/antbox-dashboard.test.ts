import { expect, test } from "vitest";
import { createSocketGuard } from "../../nodes/antbox-dashboard/socket-guard.ts";
import { socketSetup } from "../../nodes/antbox-dashboard/socket-setup.ts";

const NOW = Date.parse("2026-03-01T08:00:00.000Z");
const guard = createSocketGuard(() => NOW);
const socketOf = (user: unknown) => ({ data: { user }, handshake: { auth: { user: { role: "admin" } } } }) as never;
const until = (expiresAtMs: number, role: string) => ({ username: "x", role, expiresAtMs });

test.for([
  { name: "an administrator", socket: socketOf(until(NOW + 1, "admin")), acts: true },
  { name: "an operator", socket: socketOf(until(NOW + 1, "operator")), acts: true },
  { name: "a viewer", socket: socketOf(until(NOW + 1, "viewer")), acts: false },
  { name: "an administrator whose session is over", socket: socketOf(until(NOW, "admin")), acts: false },
  { name: "an unknown role", socket: socketOf(until(NOW + 1, "root")), acts: false },
  { name: "a user without an end", socket: socketOf({ username: "x", role: "admin" }), acts: false },
  { name: "a socket that only claims to be somebody", socket: socketOf(undefined), acts: false },
  { name: "a socket without data", socket: {} as never, acts: false },
  { name: "no socket at all", socket: undefined as never, acts: false },
])("$name may act: $acts", ({ socket, acts }) => {
  const message = { payload: 1 };
  expect(guard(socket, "any-widget", message)).toBe(acts ? message : null);
});

test.for([
  { root: "/", path: "/dashboard", expected: "/dashboard/socket.io" },
  { root: "/flows/", path: "dashboard/", expected: "/flows/dashboard/socket.io" },
  { root: false, path: undefined, expected: "/dashboard/socket.io" },
])("the client is told web sockets only, with the path $expected", ({ root, path, expected }) => {
  expect(socketSetup(root, path)).toEqual({ socketio: { path: expected, transports: ["websocket"] } });
});
