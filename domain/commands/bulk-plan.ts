import type { CommandState } from "./command.ts";
import type { CommandKind } from "./command-kind.ts";

/** One command to several sites: a few first, then wave after wave. */
export type BulkPlan = {
  readonly waves: readonly (readonly string[])[];
  /** From the last effect of a wave to the next wave. */
  readonly pauseS: number;
};

export type BulkProblem = "not-in-bulk" | "no-sites" | "site-twice" | "too-many-sites" | "bad-wave-size";

/** How many sites go in the first wave, and in each after it [J]. */
export const CANARY_SITES = 1;
export const WAVE_SITES = 4;
/** Readings come every 10 s then, and an alarm that is caused by the command has time to come [J]. */
export const PAUSE_S = 30;

export type BulkSizes = {
  readonly canarySites: number;
  readonly waveSites: number;
  readonly pauseS: number;
  /** The cap that an admin has set. */
  readonly mostSites: number;
};

/**
 * The canary, then waves of one size, in the order in which the sites were named.
 *
 * @returns the plan, or why there is none
 */
export function planBulk(
  kind: CommandKind,
  siteIds: readonly string[],
  { canarySites, waveSites, pauseS, mostSites }: BulkSizes,
): BulkPlan | BulkProblem {
  if (kind.mostSites <= 1 || kind.needsSecondPerson) return "not-in-bulk";
  if (siteIds.length === 0) return "no-sites";
  if (new Set(siteIds).size < siteIds.length) return "site-twice";
  if (siteIds.length > mostSites) return "too-many-sites";
  if (![canarySites, waveSites].every((size) => Number.isInteger(size) && size >= 1)) return "bad-wave-size";
  const waves = [siteIds.slice(0, canarySites)];
  for (let at = canarySites; at < siteIds.length; at += waveSites) waves.push(siteIds.slice(at, at + waveSites));
  return { waves, pauseS };
}

/** How far a plan has come. */
export type BulkProgress = {
  /** State of the command of each site that has one. */
  readonly commands: ReadonlyMap<string, CommandState>;
  /** Sites of the plan at which an alarm has been raised since it began. */
  readonly newAlarms: ReadonlySet<string>;
  /** Since the last of its commands has ended; null = none has. */
  readonly restedS: number | null;
};

/** Why a plan stops: a state that is no success, or an alarm. */
export type BulkStop = { readonly siteId: string; readonly why: CommandState | "new-alarm" };

export type BulkStep =
  | { readonly act: "start"; readonly wave: number; readonly siteIds: readonly string[] }
  | { readonly act: "wait"; readonly wave: number }
  | { readonly act: "stop"; readonly because: readonly BulkStop[] }
  | { readonly act: "done" };

/** An `unknown` one is neither: its wave waits until it is resolved. */
const STOPS: readonly CommandState[] = ["no_effect", "failed", "expired", "cancelled"];

/**
 * What comes next. A wave starts when every site of the one before is `verified`, the pause is over, and no site of the plan
 * has a new alarm; the first site that is not so stops everything that has not begun. Asked again with the same progress it
 * says the same.
 */
export function nextWave({ waves, pauseS }: BulkPlan, progress: BulkProgress): BulkStep {
  const { commands, restedS } = progress;
  const because = waves.flat().flatMap((siteId) => stopOf(siteId, progress));
  if (because.length > 0 && waves.flat().some((siteId) => commands.get(siteId) !== "verified")) {
    return { act: "stop", because };
  }
  for (const [wave, siteIds] of waves.entries()) {
    const missing = siteIds.filter((siteId) => !commands.has(siteId));
    const isResting = restedS !== null && restedS < pauseS;
    if (missing.length > 0) return isResting ? { act: "wait", wave } : { act: "start", wave, siteIds: missing };
    if (siteIds.some((siteId) => commands.get(siteId) !== "verified")) return { act: "wait", wave };
  }
  return { act: "done" };
}

function stopOf(siteId: string, { commands, newAlarms }: BulkProgress): BulkStop[] {
  const state = commands.get(siteId);
  if (state !== undefined && STOPS.includes(state)) return [{ siteId, why: state }];
  return newAlarms.has(siteId) ? [{ siteId, why: "new-alarm" }] : [];
}

/** What was done, what was not, and what never began: the page shows it, and "retry failed only" takes the second list. */
export type BulkResult = {
  readonly done: readonly string[];
  readonly failed: readonly string[];
  readonly underWay: readonly string[];
  readonly notBegun: readonly string[];
};

/** Every site of the plan in exactly one of the lists. A new alarm makes nothing undone: the command took effect. */
export function bulkResult(
  { waves }: Pick<BulkPlan, "waves">,
  { commands }: Pick<BulkProgress, "commands">,
): BulkResult {
  const lists = { done: [] as string[], failed: [] as string[], underWay: [] as string[], notBegun: [] as string[] };
  for (const siteId of waves.flat()) lists[placeOf(commands.get(siteId))].push(siteId);
  return lists;
}

function placeOf(state: CommandState | undefined): keyof BulkResult {
  if (state === undefined) return "notBegun";
  if (state === "verified") return "done";
  return STOPS.includes(state) ? "failed" : "underWay";
}
