import type { CommandState } from "./command.ts";
import type { CommandKind } from "./command-kind.ts";

/** One command to several sites: a few first, then some, then the rest. */
export type BulkPlan = { readonly waves: readonly (readonly string[])[] };

export type BulkProblem = "not-in-bulk" | "no-sites" | "site-twice" | "too-many-sites" | "bad-wave-size";

/** How many sites go in the first and in the second wave [J]. */
export const CANARY_SITES = 1;
export const WAVE_SITES = 4;

export type BulkSizes = {
  readonly canarySites: number;
  readonly waveSites: number;
  /** An admin's own cap; null = that of the kind. */
  readonly mostSites: number | null;
};

/**
 * Canary, wave, rest, in the order in which the sites were named.
 *
 * @returns the plan, or why there is none
 */
export function planBulk(
  kind: CommandKind,
  siteIds: readonly string[],
  { canarySites, waveSites, mostSites }: BulkSizes,
): BulkPlan | BulkProblem {
  if (kind.mostSites <= 1) return "not-in-bulk";
  if (siteIds.length === 0) return "no-sites";
  if (new Set(siteIds).size < siteIds.length) return "site-twice";
  if (siteIds.length > (mostSites ?? kind.mostSites)) return "too-many-sites";
  if (![canarySites, waveSites].every((size) => Number.isInteger(size) && size >= 1)) return "bad-wave-size";
  const parts = [
    siteIds.slice(0, canarySites),
    siteIds.slice(canarySites, canarySites + waveSites),
    siteIds.slice(canarySites + waveSites),
  ];
  return { waves: parts.filter((part) => part.length > 0) };
}

/** Where the command of one site of a plan stands; a site that is not listed has none yet. */
export type BulkOutcome = {
  readonly state: CommandState;
  /** An alarm has been raised at the site since its command was sent. */
  readonly hasNewAlarm: boolean;
};
export type BulkOutcomes = ReadonlyMap<string, BulkOutcome>;

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
 * What comes next. A wave starts when every site of the one before is `verified` and none has a new alarm; the first site
 * that is not so stops everything that has not begun. Asked again with the same outcomes it says the same.
 */
export function nextWave({ waves }: BulkPlan, outcomes: BulkOutcomes): BulkStep {
  const because = waves.flat().flatMap((siteId) => stopOf(siteId, outcomes.get(siteId)));
  if (because.length > 0) return { act: "stop", because };
  for (const [wave, siteIds] of waves.entries()) {
    const missing = siteIds.filter((siteId) => !outcomes.has(siteId));
    if (missing.length > 0) return { act: "start", wave, siteIds: missing };
    if (siteIds.some((siteId) => outcomes.get(siteId)?.state !== "verified")) return { act: "wait", wave };
  }
  return { act: "done" };
}

function stopOf(siteId: string, outcome: BulkOutcome | undefined): BulkStop[] {
  if (outcome === undefined) return [];
  if (STOPS.includes(outcome.state)) return [{ siteId, why: outcome.state }];
  return outcome.hasNewAlarm ? [{ siteId, why: "new-alarm" }] : [];
}

/** What was done, what was not, and what never began: the page shows it, and "retry failed only" takes the second list. */
export type BulkResult = {
  readonly done: readonly string[];
  readonly failed: readonly string[];
  readonly underWay: readonly string[];
  readonly notBegun: readonly string[];
};

/** Every site of the plan in exactly one of the lists. A new alarm makes nothing undone: the command took effect. */
export function bulkResult({ waves }: BulkPlan, outcomes: BulkOutcomes): BulkResult {
  const lists = { done: [] as string[], failed: [] as string[], underWay: [] as string[], notBegun: [] as string[] };
  for (const siteId of waves.flat()) lists[placeOf(outcomes.get(siteId)?.state)].push(siteId);
  return lists;
}

function placeOf(state: CommandState | undefined): keyof BulkResult {
  if (state === undefined) return "notBegun";
  if (state === "verified") return "done";
  return STOPS.includes(state) ? "failed" : "underWay";
}
