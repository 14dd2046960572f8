import { z } from "zod";

/** From least to most: each role may do what the ones before it may. */
export const ROLES = ["viewer", "operator", "engineer", "admin"] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/** Who is behind a request or a socket, as the session says right now. */
export type SessionUser = {
  readonly username: string;
  readonly role: Role;
  /** End of the access token, milliseconds since the Unix epoch. */
  readonly expiresAtMs: number;
};
