import { z } from "zod";
import type { Session } from "../adapters/security/create-auth.ts";
import type { Role } from "../domain/access/session-user.ts";
import { checkArgs } from "../domain/commands/check-args.ts";
import type { CommandArgs } from "../domain/commands/command.ts";
import type { CommandKind } from "../domain/commands/command-kind.ts";
import type { CommandText } from "../domain/commands/command-text.ts";
import { fitKind, type UnusableBecause } from "../domain/commands/fit-profile.ts";
import { findCommandKind } from "../domain/commands/kinds/index.ts";
import { AppError } from "../domain/errors.ts";
import { plainText } from "../domain/plain-text.ts";
import type { Profile } from "../domain/profiles/profile.ts";
import { SiteId } from "../domain/sites/site-id.ts";
import { refuseFields, show } from "./problem.ts";

export const KindName = z
  .string()
  .max(60)
  .regex(/^[a-z][a-z0-9_]*$/, "must be the word of a kind, see /api/v1/command-kinds");
/** The ledger keeps so much of it. */
export const ReasonText = plainText(1_000, { isMultiLine: true });

const LONGEST_WAIT_S = 3_600;
const MOST_OVERRIDES = 10;
const MOST_ARGUMENTS = 10;

/** What somebody wants of one site. */
export const NewCommandBody = z
  .strictObject({
    siteId: SiteId,
    kind: KindName,
    args: z
      .record(z.string().max(40), z.unknown())
      .refine((args) => Object.keys(args).length <= MOST_ARGUMENTS, `at most ${MOST_ARGUMENTS} arguments`)
      .default({})
      .describe("As /api/v1/command-kinds says"),
    reason: ReasonText.min(1).nullable().default(null).describe("Kinds that can cause an outage ask for one"),
    overrides: z
      .array(z.string().max(60))
      .max(MOST_OVERRIDES)
      .default([])
      .describe("Ids of interlocks that do not count, as an emergency"),
    expiresInS: z
      .int()
      .min(5)
      .max(LONGEST_WAIT_S)
      .optional()
      .describe("It is not sent later than that, approval included; as the kind says, when absent"),
    idempotencyKey: z
      .string()
      .regex(/^[\x21-\x7e]{1,128}$/, "must be 1 to 128 visible ASCII characters")
      .optional()
      .describe("The same key of the same requester is the same command, for good"),
    dryRun: z.boolean().default(false).describe("Selects: only tells what it is about and what it would do"),
    confirmation: z
      .string()
      .max(200)
      .optional()
      .describe("Token of the selection; it works once, for a minute. A caller with a bearer token may order without"),
  })
  .meta({ id: "NewCommand" });
export type NewCommandBody = z.output<typeof NewCommandBody>;

/** Who asks for a command. A program may what an operator may, and no more: its permission says no more than that. */
export type Requester = {
  readonly by: string;
  readonly role: Role;
  /**
   * It may order without a selection: what looks at the plant itself, and says what it wants in one message, as "direct with
   * enhanced security" of IEC 61850. A page in a browser may not: a finger has slipped there, or the plant has gone on.
   */
  readonly isDirect: boolean;
};

export function requesterOf(session: Pick<Session, "username" | "role" | "grants" | "via"> | null): Requester {
  if (session === null) return { by: "", role: "viewer", isDirect: false };
  const { username, role, grants, via } = session;
  return { by: username, role: grants === null ? role : "operator", isDirect: via === "bearer" };
}

/** Why a kind cannot be used, for people. */
export const UNUSABLE: Readonly<Record<UnusableBecause, CommandText>> = {
  "no-such-kind": { "zh-CN": "没有这种命令。", en: "There is no such kind of command." },
  "no-vendor-call": {
    "zh-CN": "该型号控制器的设备档案中没有此命令的调用方式。",
    en: "The profile of this model of controller names no call for it.",
  },
  "arguments-differ": {
    "zh-CN": "设备档案中的参数与该命令不符。",
    en: "The arguments of the call in the profile are not those of the kind.",
  },
  "no-read-back": {
    "zh-CN": "该型号控制器不上报可核实命令效果的测点。",
    en: "This model of controller reports nothing in which the effect could be seen.",
  },
};

const OF_A_SEQUENCE: CommandText = {
  "zh-CN": "此命令由急停流程下发：请使用站点的急停。",
  en: "An emergency stop orders it when its time has come: stop the site instead, at /api/v1/sites/{id}/emergency-stop.",
};

function refuseKind(name: string, text: CommandText): never {
  const field = { field: "body.kind", value: show(name), allowed: text.en, allowedZh: text["zh-CN"] };
  return refuseFields("command.kind-unusable", [field], text.en);
}

type ReadOrder = { readonly kind: CommandKind; readonly args: CommandArgs };

/**
 * The kind, and the arguments in their canonical form.
 *
 * @throws {AppError} `command.kind-unusable`; `command.arguments-invalid` that names each wrong argument
 */
export function readOrder(
  profile: Profile,
  { kind: name, args: given }: Pick<NewCommandBody, "kind" | "args">,
): ReadOrder {
  if (findCommandKind(name)?.sequence) return refuseKind(name, OF_A_SEQUENCE);
  const { kind, vendor, unusable } = fitKind(name, profile);
  if (unusable !== null || vendor === null) return refuseKind(name, UNUSABLE[unusable ?? "no-such-kind"]);
  const { args, problems } = checkArgs(kind, vendor, given);
  if (args !== null) return { kind, args };
  const fields = problems.map(({ field, value, allowed }) => {
    return { field: `body.${field}`, value, allowed: allowed.en, allowedZh: allowed["zh-CN"] };
  });
  return refuseFields("command.arguments-invalid", fields);
}

/** @throws {AppError} `command.not-found`: one that somebody may not see is answered like one that does not exist */
export function unknownCommand(id: string): AppError {
  return new AppError("command.not-found", `there is no command "${id}"`, { context: { id } });
}
