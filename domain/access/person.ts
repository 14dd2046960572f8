import { z } from "zod";
import { Role } from "./session-user.ts";
import { SiteScope } from "./site-scope.ts";

/**
 * Names of accounts that are made here: small letters, so that no two differ in case or by look-alike letters only. Those
 * of an identity provider may look otherwise.
 */
const NewUsername = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9][a-z0-9._@-]*$/, "must be small letters a-z, digits, and . _ @ - between or behind them");

/** Any account's name, as it stands in an address. */
export const Username = z.string().min(1).max(64);

/** Somebody with an account. */
export const Person = z
  .strictObject({
    username: Username,
    role: Role,
    scope: SiteScope.nullable().describe("The part of the fleet that counts for this person; null = all of it"),
    isDisabled: z.boolean(),
    isExternal: z.boolean().describe("Signs in with an identity provider, which says role and scope"),
    mustChangePassword: z.boolean().describe("Nothing but the own account is open until the password is replaced"),
    hasTotp: z.boolean().describe("A second factor is on"),
    lockedUntil: z.iso
      .datetime()
      .nullable()
      .describe("After failed sign-ins: refused until then, but for addresses from which the person signed in lately"),
    lastSignInAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    isOnline: z.boolean(),
  })
  .meta({ id: "Person", description: "Somebody with an account" });
export type Person = z.infer<typeof Person>;

const Password = z.string().min(1).max(1024);

/** What an administrator says of a new account. */
export const NewPerson = z
  .strictObject({
    username: NewUsername,
    role: Role,
    scope: SiteScope.nullable().default(null),
    password: Password.describe("For the first sign-in only: the person has to replace it"),
  })
  .meta({
    id: "NewPerson",
    examples: [
      { username: "li.wei", role: "operator", scope: { regions: ["north"], zones: [], sites: [] }, password: "…" },
    ],
  });
export type NewPerson = z.infer<typeof NewPerson>;

/** What an administrator changes of an account; what is left out stays. */
export const PersonChange = z
  .strictObject({
    role: Role.optional(),
    scope: SiteScope.nullable().optional(),
    isDisabled: z.boolean().optional().describe("true also ends every session of the person"),
    password: Password.optional().describe("Ends every session; the person has to replace it at the next sign-in"),
    removeTotp: z.literal(true).optional().describe("For a lost authenticator; ends every session of the person"),
    unlock: z.literal(true).optional().describe("Forgets failed sign-ins"),
  })
  .refine((change) => Object.keys(change).length > 0, "must hold at least one change")
  .meta({ id: "PersonChange", examples: [{ role: "engineer" }, { isDisabled: true }, { unlock: true }] });
export type PersonChange = z.infer<typeof PersonChange>;
