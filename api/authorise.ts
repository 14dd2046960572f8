import type { IncomingMessage } from "node:http";
import type { Auth, Session } from "../adapters/security/create-auth.ts";
import { isAllowed } from "../domain/access/permissions.ts";
import { AppError } from "../domain/errors.ts";
import type { Access } from "./route.ts";

type Asked = { readonly method: string; readonly access: Access };

/**
 * The one gate of REST: session, then permission, then origin. Deny by default.
 *
 * @returns the session; null on a public route without one
 * @throws {AppError} `auth.not-signed-in`, `auth.not-allowed`, `auth.foreign-origin`
 */
export async function authorise(
  auth: Auth,
  { method, access }: Asked,
  request: IncomingMessage,
): Promise<Session | null> {
  const { cookie, authorization } = request.headers;
  const claimed = auth.sessionOf(cookie, authorization);
  const session = claimed && (await auth.confirm(claimed));
  if (access !== "public") {
    if (!session) throw new AppError("auth.not-signed-in", "sign in first");
    if (!isAllowed(session.role, access)) {
      throw new AppError("auth.not-allowed", `this needs the permission ${access}`, {
        context: { permission: access },
      });
    }
  }
  const isWrite = method !== "GET" && method !== "HEAD";
  // A browser attaches cookies by itself, a bearer token never.
  if (isWrite && session?.via !== "bearer" && isFromForeignPage(auth, request)) {
    throw new AppError("auth.foreign-origin", "the request comes from another site's page");
  }
  return session;
}

/** Every browser says where a write comes from; a program that says nothing has no cookies of other people. */
function isFromForeignPage(auth: Auth, { headers }: IncomingMessage): boolean {
  if (headers.origin !== undefined) return !auth.isOwnOrigin(headers.origin);
  const site = headers["sec-fetch-site"];
  return site !== undefined && site !== "same-origin" && site !== "none";
}
