/**
 * Answer to `onSetup`: web sockets only, so that no proxy needs sticky sessions and every handshake carries an Origin.
 * Dashboard merges it shallowly, so `path` must be there again.
 */
export function socketSetup(httpNodeRoot: unknown, dashboardPath: string | undefined) {
  const parts = [typeof httpNodeRoot === "string" ? httpNodeRoot : "", dashboardPath ?? "/dashboard", "socket.io"];
  const path = `/${parts
    .map((part) => part.replace(/^\/+|\/+$/g, ""))
    .filter((part) => part !== "")
    .join("/")}`;
  return { socketio: { path, transports: ["websocket"] } };
}
