import { z } from "zod";

/**
 * States of a command. `sent` is committed before the one HTTP call that there ever is; `ok` of a controller is `accepted`
 * and never `verified` [domain 7].
 */
export const COMMAND_STATES = [
  "waiting_approval",
  "queued",
  "claimed",
  "sent",
  "accepted",
  "verified",
  "no_effect",
  "failed",
  "expired",
  "cancelled",
  "unknown",
] as const;
export const CommandState = z.enum(COMMAND_STATES);
export type CommandState = z.infer<typeof CommandState>;

/** Nothing follows by itself, and nothing was or will be sent any more. */
export const FINAL_STATES: readonly CommandState[] = ["verified", "no_effect", "failed", "expired", "cancelled"];

/** Values of a command's arguments: numbers in the unit of the name's end, words, yes or no. */
export const CommandArgs = z.record(
  z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
  z.union([z.number(), z.string().max(40), z.boolean()]),
);
export type CommandArgs = Readonly<z.infer<typeof CommandArgs>>;

/** What was measured when a condition was judged, so that a person can see why. */
export const CommandFinding = z.strictObject({
  /** Id of the interlock or limit, such as `leak`. */
  id: z.string(),
  result: z.enum(["met", "refused", "cannot_verify", "overridden"]),
  /** Values that it was judged by, by name of point; null = no reading of good quality. */
  values: z.record(z.string(), z.union([z.number(), z.boolean(), z.string(), z.null()])),
  /** In the unit of the point; null where there is none. */
  limit: z.number().nullable(),
});
export type CommandFinding = z.infer<typeof CommandFinding>;

/** One change of a command; append-only. */
export const CommandEvent = z.strictObject({
  at: z.iso.datetime(),
  state: CommandState,
  /** Who made it: a user's name, or `system`. */
  by: z.string(),
  /** Code of why, such as `interlock`, `no-answer`, `read-back`; null where the state says it all. */
  reason: z.string().nullable(),
  /** Findings, the controller's answer, what was read back: whatever the change was based on. */
  evidence: z.record(z.string(), z.unknown()).nullable(),
});
export type CommandEvent = z.infer<typeof CommandEvent>;

export const Command = z
  .strictObject({
    /** UUIDv7. */
    id: z.uuid(),
    siteId: z.string(),
    kind: z.string(),
    args: CommandArgs,
    state: CommandState,
    /** Code of why it is in this state. */
    stateReason: z.string().nullable(),
    requestedBy: z.string(),
    /** Why the person wants it; kinds that can cause an outage ask for one. */
    reason: z.string().nullable(),
    /** Second person, where the kind asks for one. */
    approvedBy: z.string().nullable(),
    /** Ids of interlocks that the person overrode, with their reason. */
    overrides: z.array(z.string()),
    createdAt: z.iso.datetime(),
    /** Not sent after this, whatever happens. */
    expiresAt: z.iso.datetime(),
    sentAt: z.iso.datetime().nullable(),
    /** When the effect has to be seen at the latest. */
    verifyBy: z.iso.datetime().nullable(),
    endedAt: z.iso.datetime().nullable(),
    /** From `sent` to the first reading that showed the effect, seconds. */
    effectAfterS: z.number().nullable(),
    /** Of the last change. */
    evidence: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: "Command", description: "One command to one site's controller" });
export type Command = z.infer<typeof Command>;
