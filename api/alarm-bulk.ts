import { z } from "zod";
import type { AlarmFilter, AlarmListing } from "../adapters/alarms/read-alarms.ts";
import { type Alarm, AlarmId } from "../domain/alarms/alarm.ts";
import type { OperatorEvent } from "../domain/alarms/alarm-event.ts";
import { applyAlarmEvent } from "../domain/alarms/life-cycle.ts";
import { ERROR_CODES } from "../domain/errors.ts";
import { actOn, codeOf } from "./alarm-acts.ts";
import { AlarmSelection, readSelection } from "./alarm-filter.ts";
import { alarmSites } from "./alarm-view.ts";
import type { ApiContext } from "./context.ts";
import { invalid } from "./problem.ts";
import { stored } from "./stored.ts";
import type { Viewer } from "./visible-sites.ts";

/** Of one request; a filter may find more. */
const MOST_IDS = 1_000;
const MOST_FOUND = 10_000;
const MOST_REFUSED = 1_000;
/** Alarms that are read, or written, at once. */
const BATCH = 500;

/** Which alarms something is done to: these, or all that a filter finds. */
export const Chosen = {
  ids: z.array(AlarmId).min(1).max(MOST_IDS).optional().describe("These alarms"),
  filter: z
    .strictObject({
      ...AlarmSelection,
      raisedUntil: z.iso
        .datetime({ offset: true })
        .optional()
        .describe("Only what was raised at this time or before: what is newer nobody has seen yet"),
    })
    .optional()
    .describe(`All alarms that the list finds with this; ${MOST_FOUND} at most`),
  dryRun: z.boolean().default(false).describe("Only tells what would be done"),
};
type Choice = {
  readonly ids?: readonly string[] | undefined;
  readonly filter?: z.output<typeof Chosen.filter> | undefined;
};

export const isOneChoice = ({ ids, filter }: { ids?: unknown; filter?: unknown }) =>
  (ids === undefined) !== (filter === undefined);
export const ONE_CHOICE = "must have either `ids` or `filter`";

const Count = z.int().min(0);
export const BulkResult = z
  .strictObject({
    isDryRun: z.boolean(),
    done: Count.describe("Alarms that were changed; of a dry run: that would be"),
    refused: z
      .array(z.strictObject({ id: AlarmId, code: z.enum(ERROR_CODES) }))
      .max(MOST_REFUSED)
      .describe(`Those that stay as they are, and why; the first ${MOST_REFUSED}`),
    scope: z
      .strictObject({
        alarms: Count.describe("Alarms that were found"),
        sites: Count.describe("Their sites"),
        refused: Count,
        priorities: z.strictObject({ critical: Count, high: Count, medium: Count, low: Count }),
        newestRaisedAt: z.iso.datetime().nullable().describe("For `raisedUntil` of the request that follows a dry run"),
      })
      .describe("What it is about, before anything was changed"),
  })
  .meta({ id: "AlarmBulkResult" });
export type BulkResult = z.infer<typeof BulkResult>;

type Refused = BulkResult["refused"][number];

/**
 * The alarms that are meant, as far as the asker may see them.
 *
 * @throws {AppError} `request.invalid`: the filter finds too many; `storage.unavailable`
 */
export async function findChosen(
  context: ApiContext,
  viewer: Viewer | null,
  { ids, filter }: Choice,
): Promise<{ readonly alarms: readonly Alarm[]; readonly unknown: readonly string[] }> {
  if (filter === undefined) {
    const wanted = [...new Set(ids)];
    const alarms = await readAll(context, { siteIds: alarmSites(context, viewer), alarmIds: wanted });
    const found = new Set<string>(alarms.map(({ id }) => id));
    return { alarms, unknown: wanted.filter((id) => !found.has(id)) };
  }
  const { raisedUntil, ...selection } = filter;
  const alarms = await readAll(context, readSelection(context, viewer, selection, "body.filter"));
  const untilMs = raisedUntil === undefined ? Number.POSITIVE_INFINITY : Date.parse(raisedUntil);
  return { alarms: alarms.filter(({ raisedAt }) => Date.parse(raisedAt) <= untilMs), unknown: [] };
}

async function readAll({ alarms: { store } }: ApiContext, filter: AlarmFilter): Promise<Alarm[]> {
  const alarms: Alarm[] = [];
  let cursor: string | null = null;
  do {
    const page: AlarmListing = await stored(store.list(filter, { limit: BATCH, cursor }));
    if (page.total > MOST_FOUND) {
      const allowed = `must find ${MOST_FOUND} alarms at most: choose a site, a rule or a priority`;
      invalid({ field: "body.filter", value: `a filter that finds ${page.total}`, allowed });
    }
    alarms.push(...page.items.map(({ alarm }) => alarm));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return alarms;
}

export type Foreseen = {
  readonly alarms: readonly Alarm[];
  /** Those that the life cycle lets change, by the same function that is asked when it is done. */
  readonly changeable: readonly Alarm[];
  readonly refused: readonly Refused[];
};

/** What would become of the alarms. */
export function foresee({ alarms, unknown }: Awaited<ReturnType<typeof findChosen>>, event: OperatorEvent): Foreseen {
  const changeable: Alarm[] = [];
  const refused: Refused[] = unknown.map((id) => ({ id, code: "alarm.not-found" }));
  for (const alarm of alarms) {
    const refusal = applyAlarmEvent(alarm, event).refused;
    if (refusal === null) changeable.push(alarm);
    else refused.push({ id: alarm.id, code: codeOf(refusal) });
  }
  return { alarms, changeable, refused };
}

export function foreseenResult({ alarms, changeable, refused }: Foreseen): BulkResult {
  return resultOf(alarms, changeable.length, refused, true);
}

/** Does it; an alarm that somebody else has changed meanwhile may be refused after all. @throws {AppError} `storage.unavailable` */
export async function actOnAll(
  context: ApiContext,
  { alarms, changeable, refused: foreseen }: Foreseen,
  event: OperatorEvent,
): Promise<BulkResult> {
  let done = 0;
  const refused = [...foreseen];
  for (let from = 0; from < changeable.length; from += BATCH) {
    const acts = changeable.slice(from, from + BATCH).map(({ id }) => ({ alarmId: id, event }));
    for (const { alarmId, refused: refusal } of await actOn(context, acts)) {
      if (refusal === null) done += 1;
      else refused.push({ id: alarmId, code: codeOf(refusal) });
    }
  }
  return resultOf(alarms, done, refused, false);
}

function resultOf(alarms: readonly Alarm[], done: number, refused: readonly Refused[], isDryRun: boolean): BulkResult {
  const siteIds = new Set(alarms.flatMap(({ siteId }) => siteId ?? []));
  const priorities = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const { priority } of alarms) priorities[priority] += 1;
  const newestMs = alarms.reduce((newest, { raisedAt }) => Math.max(newest, Date.parse(raisedAt)), 0);
  return {
    isDryRun,
    done,
    refused: refused.slice(0, MOST_REFUSED),
    scope: {
      alarms: alarms.length,
      sites: siteIds.size,
      refused: refused.length,
      priorities,
      newestRaisedAt: alarms.length === 0 ? null : new Date(newestMs).toISOString(),
    },
  };
}
