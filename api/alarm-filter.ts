import { z } from "zod";
import type { AlarmFilter } from "../adapters/alarms/read-alarms.ts";
import { AlarmId, AlarmState, Priority, RuleId, SuppressionCause } from "../domain/alarms/alarm.ts";
import { plainText } from "../domain/plain-text.ts";
import { SiteId } from "../domain/sites/site-id.ts";
import { alarmSites, knownRules } from "./alarm-view.ts";
import type { ApiContext } from "./context.ts";
import { invalid, show } from "./problem.ts";
import { type Viewer, visibleSites } from "./visible-sites.ts";

const Flag = z.enum(["true", "false"]);

/** Which alarms: the list's query, and word for word the filter of what is done to many at once. */
export const AlarmSelection = {
  state: z.string().max(200).optional().describe("States, joined by commas; `active`: all whose condition holds now"),
  priority: z.string().max(60).optional().describe("Priorities, joined by commas"),
  site: SiteId.optional(),
  region: plainText(64).min(1).optional().describe("Alarms of sites of this region"),
  zone: plainText(64).min(1).optional().describe("Alarms of sites of this zone"),
  text: plainText(100).min(1).optional().describe("Part of a rule's title or id, or of a site's name or id"),
  rule: z.string().max(2_000).optional().describe("Ids of rules, joined by commas"),
  active: Flag.optional().describe("Whether the condition holds now, seen or unseen"),
  present: z
    .enum(["true", "false", "any"])
    .optional()
    .describe("`false`: what is over and seen; `true`: all else, which is usual where `state` names none"),
  suppressedBy: z.union([SuppressionCause, AlarmId]).optional().describe("Hidden by this alarm, or for this reason"),
};
type Selection = { readonly [Key in keyof typeof AlarmSelection]?: z.output<(typeof AlarmSelection)[Key]> | undefined };

/**
 * @param part where the fields stand, such as `query`
 * @throws {AppError} `request.invalid` that names a site which the asker does not see, or a word that is none
 */
export function readSelection(
  context: Pick<ApiContext, "inventory" | "alarms">,
  viewer: Viewer | null,
  selection: Selection,
  part: string,
): AlarmFilter {
  const { site, state, active, present, suppressedBy = null, text } = selection;
  const isActive = state === "active" ? true : flagOf(active);
  const states = state === "active" ? null : wordsOf(state, AlarmState, `${part}.state`);
  return {
    siteIds: placedSites(context, viewer, selection, sitesOf(context, viewer, site, part)),
    states,
    isActive,
    isPresent: present === undefined ? (states === null ? true : null) : flagOf(present),
    priorities: wordsOf(selection.priority, Priority, `${part}.priority`),
    ruleIds: wordsOf(selection.rule, RuleId, `${part}.rule`),
    suppressedBy,
    found: text === undefined ? null : search(context, viewer, text),
  };
}

/** Of these sites, or of all that the asker sees, those that lie there. */
function placedSites(
  { inventory }: Pick<ApiContext, "inventory">,
  viewer: Viewer | null,
  { region, zone }: Selection,
  siteIds: readonly string[] | null,
): readonly string[] | null {
  if (region === undefined && zone === undefined) return siteIds;
  const wanted = siteIds === null ? null : new Set(siteIds);
  return visibleSites({ inventory }, viewer)
    .filter((site) => (region ?? site.region) === site.region && (zone ?? site.zone) === site.zone)
    .map(({ id }) => id)
    .filter((id) => wanted?.has(id) ?? true);
}

/** Rules by their titles in both languages, sites by name; whatever the case. */
function search(
  { inventory, alarms }: Pick<ApiContext, "inventory" | "alarms">,
  viewer: Viewer | null,
  text: string,
): NonNullable<AlarmFilter["found"]> {
  const wanted = text.toLowerCase();
  const has = (...words: readonly string[]): boolean => words.some((word) => word.toLowerCase().includes(wanted));
  const rules = knownRules({ alarms }).filter(({ id, texts }) => has(id, texts["zh-CN"].title, texts.en.title));
  const sites = visibleSites({ inventory }, viewer).filter(({ id, name }) => has(id, name));
  return { ruleIds: rules.map(({ id }) => id), siteIds: sites.map(({ id }) => id) };
}

/** @throws {AppError} `request.invalid`: the asker sees no such site */
export function sitesOf(
  { inventory }: Pick<ApiContext, "inventory">,
  viewer: Viewer | null,
  site: string | undefined,
  part: string,
): readonly string[] | null {
  const visible = alarmSites({ inventory }, viewer);
  if (site === undefined) return visible;
  const isKnown = visible === null ? inventory.get(site) !== undefined : visible.includes(site);
  if (!isKnown) invalid({ field: `${part}.site`, value: show(site), allowed: "no such site; see /api/v1/sites" });
  return [site];
}

/** @throws {AppError} `request.invalid` that names the word that is none of them */
export function wordsOf<T extends string>(
  text: string | undefined,
  word: z.ZodType<T>,
  field: string,
): readonly T[] | null {
  if (text === undefined) return null;
  return text.split(",").map((one) => {
    const { success, data, error } = word.safeParse(one.trim());
    return success ? data : invalid({ field, value: show(one), allowed: error.issues[0]?.message ?? "another word" });
  });
}

function flagOf(text: string | undefined): boolean | null {
  return text === undefined || text === "any" ? null : text === "true";
}
