import { z } from "zod";
import { isFleetWide, PERMISSIONS, type Permission } from "./permissions.ts";
import { SiteScope } from "./site-scope.ts";

export const MAX_TOKEN_DAYS = 366;
/** Begins every token, so that people and scanners know one when they see it. */
export const TOKEN_PREFIX = "abx_";

/** People, keys and flows stay with people: whoever holds one of these could give himself everything else. */
const NEVER = ["users", "tokens", "flows", "account"] as const;
/** A second person is a person, and so is whoever vouches that the plant may be touched, or must not be. */
const NEVER_THESE = ["commands:approve", "commands:enable", "sites:lock", "sites:stop"] as const;
export type GrantablePermission = Exclude<
  Permission,
  `${(typeof NEVER)[number]}:${string}` | (typeof NEVER_THESE)[number]
>;

const isGrantable = (name: string): name is GrantablePermission =>
  !NEVER.some((area) => name.startsWith(`${area}:`)) && !NEVER_THESE.some((one) => one === name);

/** What a service token may be given. */
export const GRANTABLE_PERMISSIONS: readonly GrantablePermission[] = Object.keys(PERMISSIONS).filter(isGrantable);

const Grantable = z.enum(GRANTABLE_PERMISSIONS);

/** A token of a program of a third party, as lists show it: never the token itself. */
export const ServiceToken = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    permissions: z.array(z.string()),
    scope: SiteScope.nullable().describe("The sites that count for it; null = all"),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable().describe("To the minute"),
    revokedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "ServiceToken" });
export type ServiceToken = z.infer<typeof ServiceToken>;

export const NewServiceToken = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "small letters, digits and hyphens, 40 at most, such as erp-export")
      .describe("Its user name is `token:` and this"),
    permissions: z
      .array(Grantable)
      .min(1)
      .max(GRANTABLE_PERMISSIONS.length)
      .refine((list) => new Set(list).size === list.length, "each permission once"),
    scope: SiteScope.nullable().default(null),
    expiresInDays: z.int().min(1).max(MAX_TOKEN_DAYS),
  })
  .refine(({ permissions, scope }) => scope === null || !permissions.some(isFleetWide), {
    path: ["permissions"],
    message: "a token for a part of the fleet cannot hold a permission that is about all of it",
  })
  .meta({ id: "NewServiceToken" });
export type NewServiceToken = z.output<typeof NewServiceToken>;
