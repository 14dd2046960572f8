import { PERMISSIONS, type Permission } from "../../../domain/access/permissions.ts";
import { GRANTABLE_PERMISSIONS, type GrantablePermission } from "../../../domain/access/service-token.ts";
import { useText } from "../../composables/use-text.ts";

const { locale } = useText();

/** What belongs together for whoever gives a program its rights. Areas that stand nowhere else are `other`. */
const GROUPS = {
  readings: [
    "live",
    "sites",
    "snapshots",
    "history",
    "rounds",
    "points",
    "profiles",
    "lab",
    "raw",
    "alarms",
    "commands",
    "rules",
    "notifications",
  ],
  platform: ["status", "docs", "metrics", "jobs", "dashboard"],
  administration: ["audit", "settings", "webhooks"],
} as const satisfies Record<string, readonly string[]>;
export type PermissionGroup = keyof typeof GROUPS | "other";

const areaOf = (permission: string): string => permission.split(":")[0] ?? "";
const groupOf = (permission: string): PermissionGroup => {
  const found = Object.entries(GROUPS).find(([, areas]) => (areas as readonly string[]).includes(areaOf(permission)));
  return (found?.[0] as PermissionGroup | undefined) ?? "other";
};

/** What a token may be given, in groups; none is empty. */
export const PERMISSION_GROUPS: readonly {
  readonly group: PermissionGroup;
  readonly permissions: readonly GrantablePermission[];
}[] = ([...Object.keys(GROUPS), "other"] as PermissionGroup[])
  .map((group) => ({ group, permissions: GRANTABLE_PERMISSIONS.filter((name) => groupOf(name) === group) }))
  .filter(({ permissions }) => permissions.length > 0);

/** What everybody with an account may see: the usual choice for a program that only reads. */
export const READING: readonly GrantablePermission[] = GRANTABLE_PERMISSIONS.filter(
  (name) => PERMISSIONS[name].lowestRole === "viewer" && areaOf(name) !== "dashboard",
);

/** In the reader's language; a permission of another version stays as it is written. */
export function permissionLabel(permission: string): string {
  const isKnown = Object.hasOwn(PERMISSIONS, permission);
  return isKnown ? PERMISSIONS[permission as Permission].label[locale.value] : permission;
}
