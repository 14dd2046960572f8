import { z } from "zod";
import type { CommandFilter } from "../adapters/commands/read-commands.ts";
import { CommandState } from "../domain/commands/command.ts";
import { SiteId } from "../domain/sites/site-id.ts";
import { sitesOf, wordsOf } from "./alarm-filter.ts";
import { KindName } from "./command-order.ts";
import type { ApiContext } from "./context.ts";
import type { Viewer } from "./visible-sites.ts";

/** Which commands: of the list, and of the file. */
export const CommandQuery = {
  site: SiteId.optional(),
  state: z
    .string()
    .max(200)
    .optional()
    .describe("States, joined by commas; `waiting_approval`: what asks for a second person"),
  kind: z.string().max(600).optional().describe("Kinds, joined by commas"),
  by: z.string().min(1).max(120).optional().describe("Who asked for it"),
  from: z.iso.datetime({ offset: true }).optional().describe("Asked for at this time and later"),
  to: z.iso.datetime({ offset: true }).optional().describe("Asked for before this time"),
} as const;
const Query = z.strictObject(CommandQuery);

/**
 * The filter for the ledger, within the sites that somebody may see.
 *
 * @throws {AppError} `request.invalid` that names the word; `site.not-found`
 */
export function commandFilterOf(
  context: ApiContext,
  viewer: Viewer | null,
  { site, state, kind, by, from, to }: z.output<typeof Query>,
): CommandFilter {
  return {
    siteIds: sitesOf(context, viewer, site, "query"),
    states: wordsOf(state, CommandState, "query.state"),
    kinds: wordsOf(kind, KindName, "query.kind"),
    requestedBy: by ?? null,
    from: from ?? null,
    to: to ?? null,
  };
}
