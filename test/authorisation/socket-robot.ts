import { io, type Socket } from "socket.io-client";

/** Every event that the Dashboard, its own nodes and one that nobody knows listen for, with a body that makes them act. */
export const EVENTS: Readonly<Record<string, (id: string) => unknown[]>> = {
  "widget-action": (id) => [id, { payload: "x" }],
  "widget-change": (id) => [id, "x"],
  "widget-send": (id) => [id, { payload: "x" }],
  "ui-event": (id) => [id, { payload: "x" }],
  "ui-control": (id) => [id, "change", { page: 1, name: "x" }],
  "antbox-unknown": (id) => [id, { payload: "x" }],
  error: (id) => [id],
  // Last, so that whoever sees it has worked off all the others.
  "widget-load": (id) => [id, {}],
};

export type Handshake = {
  readonly cookie?: string | undefined;
  readonly origin?: string | null;
  readonly transports?: readonly string[];
  readonly auth?: object;
};

/** A browser without a page. @returns the open socket, or the words it was refused with */
export function connectRobot(
  server: string,
  { cookie, origin = server, transports = ["websocket"], auth = {} }: Handshake,
): Promise<Socket | string> {
  const socket = io(server, {
    path: "/dashboard/socket.io",
    transports: [...transports],
    extraHeaders: { ...(origin === null ? {} : { origin }), ...(cookie === undefined ? {} : { cookie }) },
    auth,
    reconnection: false,
    forceNew: true,
  });
  return new Promise((resolve) => {
    socket.on("connect", () => resolve(socket));
    socket.on("connect_error", ({ message }) => {
      socket.close();
      resolve(message);
    });
  });
}

/** Tries every event on every id. @returns how many */
export function tryEverything(socket: Socket, ids: readonly string[]): number {
  for (const [event, bodyFor] of Object.entries(EVENTS)) {
    for (const id of ids) socket.emit(event, ...bodyFor(id));
  }
  return ids.length * Object.keys(EVENTS).length;
}
