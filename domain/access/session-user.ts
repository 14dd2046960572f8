import { z } from "zod";
import type { Permission } from "./permissions.ts";
import type { SiteScope } from "./site-scope.ts";

/** From least to most: each role may do what the ones before it may. */
export const ROLES = ["viewer", "operator", "engineer", "admin"] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/** Who is behind a request or a socket, as the session says right now. */
export type SessionUser = {
  readonly username: string;
  readonly role: Role;
  /** The sites that count for this user; null = all. */
  readonly scope: SiteScope | null;
  /** Of a service token: the permissions it was given, and no others. Null for people: the role decides. */
  readonly grants: readonly Permission[] | null;
  /** The password was given by somebody else: nothing but the own account is open until it is replaced. */
  readonly mustChangePassword: boolean;
  /** The settings ask for a second factor that is not set up yet: nothing but the own account is open until it is. */
  readonly mustSetUpTotp?: boolean;
  /** End of the access token, milliseconds since the Unix epoch. */
  readonly expiresAtMs: number;
};
