import { isAllowed } from "../../domain/access/permissions.ts";
import type { SessionUser } from "../../domain/access/session-user.ts";

/** A Dashboard socket; `ioMiddleware` put the session into `data.user` at the handshake. */
export type GuardedSocket = { readonly data?: { readonly user?: SessionUser } };

/**
 * The hook for `onAction`, `onChange` and `onSend`. Dashboard calls it outside any `try` and does not wait: it must
 * neither throw nor be async.
 *
 * @returns the message when the socket's user may act now, otherwise null, which drops it
 */
export function createSocketGuard(nowMs: () => number) {
  return <T>(socket: GuardedSocket | null | undefined, _widgetId: unknown, message: T): T | null => {
    const user = socket?.data?.user;
    return mayAct(user, nowMs()) ? message : null;
  };
}

/** Never by `handshake.auth`: the browser writes that. */
function mayAct(user: SessionUser | undefined, nowMs: number): boolean {
  if (user === undefined || typeof user.expiresAtMs !== "number" || user.expiresAtMs <= nowMs) return false;
  // Our own widgets act by REST: this is for those that an integrator wired.
  return isAllowed(user.role, "dashboard:act");
}
