import type { Role } from "../../access/session-user.ts";
import type { CommandArgs } from "../command.ts";
import { type CommandLimits, type Interlock, judged } from "../interlock.ts";
import { isAtLeast } from "../role-rank.ts";

/** The lowest role that may give a command with these arguments. */
function neededRole({ lowestRole, higherRole }: CommandLimits, args: CommandArgs): Role {
  if (higherRole === null) return lowestRole;
  const value = args[higherRole.argument];
  const isInside = typeof value === "number" && value >= higherRole.from && value <= higherRole.to;
  return isInside ? lowestRole : higherRole.lowestRole;
}

export const roleAllows: Interlock = {
  id: "role",
  title: { "zh-CN": "角色允许", en: "The role allows it" },
  refused: {
    "zh-CN": "该命令（及其参数）至少需要 {needed_role} 角色，当前为 {role}。",
    en: "This command with these arguments needs the role {needed_role} at least; yours is {role}.",
  },
  judge({ limits, args, role }) {
    const needed = neededRole(limits, args);
    return judged(isAtLeast(role, needed), { role, needed_role: needed });
  },
};
