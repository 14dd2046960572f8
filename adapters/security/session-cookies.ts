import { parseCookies } from "../../domain/access/read-cookies.ts";
import { ACCESS_TOKEN_S } from "./access-token.ts";

/** Where a cookie without prefix goes; `__Host-` demands the whole host. */
const REFRESH_PATH = "/api/v1/auth";

/** Names and attributes of the two cookies. The prefixes bind them to this host over TLS (RFC 6265bis §4.1.3). */
export type SessionCookies = {
  readonly accessName: string;
  readonly refreshName: string;
  /** Values of `Set-Cookie`. */
  grant(accessToken: string, refreshToken: string, idleS: number): string[];
  /** Values of `Set-Cookie` that remove both. */
  clear(): string[];
  read(cookieHeader: string | undefined): { readonly access: string | null; readonly refresh: string | null };
};

/** @param isSecure PUBLIC_URL is `https:`; only then may a cookie be `Secure` and carry a prefix */
export function createSessionCookies(isSecure: boolean): SessionCookies {
  const accessName = isSecure ? "__Host-antbox_access" : "antbox_access";
  const refreshName = isSecure ? "__Host-antbox_refresh" : "antbox_refresh";
  const refreshPath = isSecure ? "/" : REFRESH_PATH;
  const cookie = (name: string, value: string, path: string, maxAgeS: number) =>
    `${name}=${value}; Path=${path}; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
  return {
    accessName,
    refreshName,
    grant: (accessToken, refreshToken, idleS) => [
      cookie(accessName, accessToken, "/", ACCESS_TOKEN_S),
      cookie(refreshName, refreshToken, refreshPath, idleS),
    ],
    clear: () => [cookie(accessName, "", "/", 0), cookie(refreshName, "", refreshPath, 0)],
    read(cookieHeader) {
      const pairs = parseCookies(cookieHeader);
      return { access: pairs.get(accessName) ?? null, refresh: pairs.get(refreshName) ?? null };
    },
  };
}
