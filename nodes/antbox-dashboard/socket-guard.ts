import { authorize } from "../../domain/access/authorize.ts";
import type { SessionUser } from "../../domain/access/session-user.ts";

/** A Dashboard socket; `ioMiddleware` put the session into `data.user` at the handshake. */
export type GuardedSocket = { readonly data?: { readonly user?: SessionUser } };

type GuardParts = {
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: () => number;
  /** The type of a node that runs now; undefined when there is none with this id. */
  readonly typeOf: (nodeId: string) => string | undefined;
};

/** What Dashboard and its third parties call their widgets. */
const WIDGET_TYPE = /^ui-/;

/**
 * The hook for `onAction`, `onChange` and `onSend`. Dashboard calls it outside any `try` and does not wait: it must
 * neither throw nor be async.
 *
 * Dashboard takes the id of *any* node and lets it send what the browser wrote: with the id of a poller or a writer, made-up
 * replies and snapshots would run through the flow. So the id must be that of a widget.
 *
 * @returns the message when the socket's user may act now, otherwise null, which drops it
 */
export function createSocketGuard({ nowMs, typeOf }: GuardParts) {
  return <T>(socket: GuardedSocket | null | undefined, widgetId: unknown, message: T): T | null => {
    const user = socket?.data?.user;
    const isWidget = typeof widgetId === "string" && WIDGET_TYPE.test(typeOf(widgetId) ?? "");
    return isWidget && mayAct(user, nowMs()) ? message : null;
  };
}

/** Never by `handshake.auth`: the browser writes that. */
function mayAct(user: SessionUser | undefined, nowMs: number): boolean {
  if (user === undefined || typeof user.expiresAtMs !== "number" || user.expiresAtMs <= nowMs) return false;
  // Our own widgets act by REST: this is for those that an integrator wired.
  return authorize(user, "dashboard:act") === null;
}
