import { z } from "zod";
import type { BatchProgress, CommandBatch } from "../adapters/commands/command-batches.ts";
import {
  type BulkPlan,
  type BulkProblem,
  bulkResult,
  CANARY_SITES,
  PAUSE_S,
  planBulk,
  WAVE_SITES,
} from "../domain/commands/bulk-plan.ts";
import { COMMAND_STATES, CommandArgs, CommandState } from "../domain/commands/command.ts";
import type { CommandKind } from "../domain/commands/command-kind.ts";
import { PlatformSettings } from "../domain/settings/platform-settings.ts";
import { SiteId } from "../domain/sites/site-id.ts";
import { KindName, NewCommandBody } from "./command-order.ts";
import { CommandSelection } from "./command-selection.ts";
import { invalid, show } from "./problem.ts";

const MOST_SITES = PlatformSettings.shape.commandSites.maxValue ?? 1;
const LONGEST_PAUSE_S = 3_600;

/** One order for several sites. */
export const NewBatchBody = NewCommandBody.pick({
  args: true,
  reason: true,
  expiresInS: true,
  dryRun: true,
  confirmation: true,
})
  .extend({
    kind: KindName,
    sites: z.array(SiteId).min(1).max(MOST_SITES).describe("In the order in which they are to follow"),
    canarySites: z.int().min(1).max(MOST_SITES).default(CANARY_SITES).describe("Sites of the first wave"),
    waveSites: z.int().min(1).max(MOST_SITES).default(WAVE_SITES).describe("Sites of each wave after it"),
    pauseS: z
      .int()
      .min(0)
      .max(LONGEST_PAUSE_S)
      .default(PAUSE_S)
      .describe("Seconds from the last effect of a wave to the next wave: alarms have time to come"),
  })
  .meta({ id: "NewCommandBatch" });
export type NewBatchBody = z.output<typeof NewBatchBody>;

const Waves = z.array(z.array(z.string())).describe("Ids of sites, wave by wave");
const SiteIds = z.array(z.string());

/** What an order for several sites is about, before it is given. */
export const BatchSelection = z
  .strictObject({
    isDryRun: z.literal(true),
    waves: Waves,
    items: z.array(CommandSelection),
    scope: z.strictObject({
      sites: z.int(),
      loadMw: z.number().nullable().describe("Of the sites where it is known"),
      minersOnline: z.number().nullable(),
      alarms: z.int(),
      refused: z.int().describe("Sites at which something is against it"),
    }),
    confirmation: z
      .strictObject({ token: z.string(), expiresAt: z.iso.datetime() })
      .nullable()
      .describe("null where a site would be refused: leave it out"),
  })
  .meta({ id: "CommandBatchSelection", description: "What an order for several sites is about; nothing was ordered" });

export const BatchView = z
  .strictObject({
    id: z.uuid(),
    kind: z.string(),
    args: CommandArgs,
    waves: Waves,
    pauseS: z.number(),
    reason: z.string().nullable(),
    requestedBy: z.string(),
    expiresInS: z.number(),
    state: z.enum(["running", "stopped", "done"]),
    because: z
      .array(z.strictObject({ siteId: z.string(), why: z.enum([...COMMAND_STATES, "new-alarm"]) }))
      .describe("Where it stopped, and why; empty when a person has stopped it"),
    stoppedBy: z.string().nullable().describe("A person, or `system`"),
    createdAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    commands: z
      .array(
        z.strictObject({
          siteId: z.string(),
          commandId: z.uuid(),
          state: CommandState,
          stateReason: z.string().nullable(),
        }),
      )
      .describe("Of the sites that have begun"),
    newAlarms: SiteIds.describe("Sites of the batch at which an alarm was raised since it began"),
    result: z
      .strictObject({ done: SiteIds, failed: SiteIds, underWay: SiteIds, notBegun: SiteIds })
      .describe("Each site in one of them. What failed can be ordered anew, as another batch"),
  })
  .meta({ id: "CommandBatch", description: "An order for several sites, and how far it has come" });

export function batchView(
  batch: CommandBatch,
  { items, commands, newAlarms }: BatchProgress,
): z.output<typeof BatchView> {
  const { done, failed, underWay, notBegun } = bulkResult(batch, { commands });
  return {
    ...batch,
    waves: batch.waves.map((wave) => [...wave]),
    because: [...batch.because],
    commands: [...items],
    newAlarms: [...newAlarms],
    result: { done: [...done], failed: [...failed], underWay: [...underWay], notBegun: [...notBegun] },
  };
}

/**
 * @param mostSites the cap that an admin has set
 * @throws {AppError} `request.invalid`: not for several sites, too many, or one twice
 */
export function readPlan(kind: CommandKind, body: NewBatchBody, mostSites: number): BulkPlan {
  const { kind: name, sites, canarySites, waveSites, pauseS } = body;
  const plan = planBulk(kind, sites, { canarySites, waveSites, pauseS, mostSites });
  if (typeof plan !== "string") return plan;
  const texts: Readonly<Record<BulkProblem, string>> = {
    "not-in-bulk": "a kind for several sites: this one goes to one site after the other, by a person",
    "no-sites": "at least one site",
    "site-twice": "each site once",
    "too-many-sites": `at most ${mostSites} sites at once; an administrator may change that in the settings`,
    "bad-wave-size": "waves of at least one site",
  };
  const isKind = plan === "not-in-bulk";
  return invalid({
    field: isKind ? "body.kind" : "body.sites",
    value: isKind ? show(name) : `${sites.length} sites`,
    allowed: texts[plan],
  });
}
