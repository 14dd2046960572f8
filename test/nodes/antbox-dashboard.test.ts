import { expect, test } from "vitest";
import { createSocketGuard } from "../../nodes/antbox-dashboard/socket-guard.ts";
import { socketSetup } from "../../nodes/antbox-dashboard/socket-setup.ts";

const NOW = Date.parse("2026-03-01T08:00:00.000Z");
const types: Record<string, string> = { button: "ui-button", poller: "antbox-poller", sink: "debug" };
const guard = createSocketGuard({ nowMs: () => NOW, typeOf: (id) => types[id] });
const socketOf = (user: unknown) => ({ data: { user }, handshake: { auth: { user: { role: "admin" } } } }) as never;
const until = (expiresAtMs: number, role: string, own: object = {}) => ({
  username: "x",
  role,
  scope: null,
  grants: null,
  mustChangePassword: false,
  expiresAtMs,
  ...own,
});

test.for([
  { name: "an administrator", socket: socketOf(until(NOW + 1, "admin")), acts: true },
  { name: "an operator", socket: socketOf(until(NOW + 1, "operator")), acts: true },
  { name: "a viewer", socket: socketOf(until(NOW + 1, "viewer")), acts: false },
  {
    name: "an operator of one region",
    socket: socketOf(until(NOW + 1, "operator", { scope: { regions: ["north"], zones: [], sites: [] } })),
    acts: false,
  },
  {
    name: "an administrator whose password is to be replaced",
    socket: socketOf(until(NOW + 1, "admin", { mustChangePassword: true })),
    acts: false,
  },
  {
    name: "a service token without the right",
    socket: socketOf(until(NOW + 1, "admin", { grants: ["dashboard:use"] })),
    acts: false,
  },
  { name: "an administrator whose session is over", socket: socketOf(until(NOW, "admin")), acts: false },
  { name: "an unknown role", socket: socketOf(until(NOW + 1, "root")), acts: false },
  { name: "a user without an end", socket: socketOf({ username: "x", role: "admin" }), acts: false },
  { name: "a socket that only claims to be somebody", socket: socketOf(undefined), acts: false },
  { name: "a socket without data", socket: {} as never, acts: false },
  { name: "no socket at all", socket: undefined as never, acts: false },
])("$name may act: $acts", ({ socket, acts }) => {
  const message = { payload: 1 };
  expect(guard(socket, "button", message)).toBe(acts ? message : null);
});

test.for(["poller", "sink", "gone", "", "__proto__", "constructor", 5, null, undefined, {}, ["button"]])(
  "not even an administrator makes %s send, which is no widget",
  (id) => {
    expect(guard(socketOf(until(NOW + 1, "admin")), id, { payload: 1 })).toBe(null);
  },
);

test.for([
  { root: "/", path: "/dashboard", expected: "/dashboard/socket.io" },
  { root: "/flows/", path: "dashboard/", expected: "/flows/dashboard/socket.io" },
  { root: false, path: undefined, expected: "/dashboard/socket.io" },
])("the client is told web sockets only, with the path $expected", ({ root, path, expected }) => {
  expect(socketSetup(root, path)).toEqual({ socketio: { path: expected, transports: ["websocket"] } });
});
