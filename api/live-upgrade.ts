import type { IncomingMessage } from "node:http";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Auth, Session } from "../adapters/security/create-auth.ts";
import { authorize } from "../domain/access/authorize.ts";
import type { ErrorCode } from "../domain/errors.ts";
import { problemOf } from "./problem.ts";

/** What the live stream asks about sessions. */
export type LiveAuth = Pick<Auth, "sessionOf" | "confirm" | "onSessionEnd" | "isOwnOrigin">;

/** Why a handshake is refused. */
export type UpgradeRefusal = { readonly code: ErrorCode; readonly detail: string };

/**
 * Who opens the live stream. What came by cookie must come from our own page: browsers send `Origin` with every
 * WebSocket handshake, so one without is no browser, and no browser's cookie is his to use.
 */
export function checkUpgrade(auth: LiveAuth, { headers }: IncomingMessage): Session | UpgradeRefusal {
  const session = auth.sessionOf(headers.cookie, headers.authorization);
  if (!session) return { code: "auth.not-signed-in", detail: "sign in first" };
  const isForeign = !auth.isOwnOrigin(headers.origin) && (session.via === "cookie" || headers.origin !== undefined);
  if (isForeign) return { code: "auth.foreign-origin", detail: "the connection comes from another site's page" };
  const refusal = authorize(session, "live:subscribe");
  if (refusal === null) return session;
  if (refusal === "auth.password-change-required" || refusal === "auth.totp-required") {
    return { code: refusal, detail: "the account has to be completed first: see the login page" };
  }
  return { code: "auth.not-allowed", detail: "this needs the permission live:subscribe" };
}

/** Answers a handshake with a problem and closes the connection. */
export function refuseUpgrade(socket: Duplex, { code, detail }: UpgradeRefusal): void {
  const problem = problemOf(code, detail);
  const body = JSON.stringify(problem);
  socket.on("error", () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      "Connection: close",
      "Content-Type: application/problem+json",
      "Cache-Control: no-store",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
  );
}
