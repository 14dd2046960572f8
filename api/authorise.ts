import type { IncomingMessage } from "node:http";
import type { Auth, Session } from "../adapters/security/create-auth.ts";
import { authorize, type Refusal } from "../domain/access/authorize.ts";
import { AppError } from "../domain/errors.ts";
import type { Access } from "./route.ts";

type Asked = { readonly method: string; readonly access: Access; readonly needsProof: boolean };

/**
 * The one gate of REST: session, then permission, then origin, then a recent proof of who it is. Deny by default.
 *
 * @returns the session; null on a public route without one
 * @throws {AppError} a `Refusal`, `auth.foreign-origin`, `auth.proof-required`, or `storage.unavailable`
 */
export async function authorise(
  auth: Auth,
  { method, access, needsProof }: Asked,
  request: IncomingMessage,
): Promise<Session | null> {
  const { cookie, authorization } = request.headers;
  const claimed = auth.sessionOf(cookie, authorization);
  const session = claimed && (await auth.confirm(claimed));
  if (access !== "public") {
    const refusal = authorize(session, access);
    if (refusal) throw new AppError(refusal, textOf(refusal, access), { context: { permission: access } });
  }
  const isWrite = method !== "GET" && method !== "HEAD";
  // A browser attaches cookies by itself, a bearer token never.
  if (isWrite && session?.via !== "bearer" && isFromForeignPage(auth, request)) {
    throw new AppError("auth.foreign-origin", "the request comes from another site's page");
  }
  if (needsProof && session?.grants === null && !(await auth.isProven(session))) {
    throw new AppError(
      "auth.proof-required",
      "prove again who you are: POST /api/v1/account/proof, or a fresh sign-in",
    );
  }
  return session;
}

function textOf(refusal: Refusal, access: Access): string {
  if (refusal === "auth.not-signed-in") return "sign in first";
  if (refusal === "auth.password-change-required") return "replace the password first: somebody else has given it";
  if (refusal === "auth.totp-required") return "set up the second factor first";
  return `this needs the permission ${access}`;
}

/** Every browser says where a write comes from; a program that says nothing has no cookies of other people. */
function isFromForeignPage(auth: Auth, { headers }: IncomingMessage): boolean {
  if (headers.origin !== undefined) return !auth.isOwnOrigin(headers.origin);
  const site = headers["sec-fetch-site"];
  return site !== undefined && site !== "same-origin" && site !== "none";
}
