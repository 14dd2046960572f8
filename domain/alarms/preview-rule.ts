import { z } from "zod";
import { SiteId } from "../sites/site-id.ts";
import { PointValue, type Snapshot } from "../telemetry/snapshot.ts";
import { SegmentId } from "./alarm.ts";
import { advanceSlot, type Slot } from "./alarm-engine.ts";
import type { Ground } from "./condition.ts";
import { EMPTY_FLEET, type FleetState, type SiteState, type SubjectState } from "./fleet-state.ts";
import { FLEET } from "./judge-site.ts";
import type { Rule } from "./rule.ts";
import { compileRuleSet } from "./rule-set.ts";

/** More rows are no help in a form; they are counted. */
const MOST_ROWS = 100;
/** A site that answers has answered often enough. */
const MANY_POLLS = 100;

const Count = z.int().min(0);

/** What a rule would say to the present data. */
export const RulePreview = z
  .strictObject({
    holds: Count.describe("Sites (or segments, or the fleet) at which the condition holds now"),
    clear: Count.describe("At which it does not"),
    unknown: Count.describe("At which it cannot be told: no data, or none that can be trusted"),
    needsHistory: z
      .boolean()
      .describe("It needs several samples in a row (a slope, a count …): one moment shows little of it"),
    items: z
      .array(
        z.strictObject({
          siteId: SiteId.nullable(),
          segmentId: SegmentId.nullable(),
          point: z.string().nullable(),
          value: PointValue,
          limit: z.number().nullable(),
          unit: z.string().nullable(),
        }),
      )
      .max(MOST_ROWS)
      .describe("Where it holds; of very many the first ones"),
  })
  .meta({ id: "RulePreview", description: "What a rule would say to the present data, delays left out" });
export type RulePreview = z.infer<typeof RulePreview>;

export type PreviewData = {
  readonly slot: Slot;
  /** The newest of each site. */
  readonly snapshots: readonly Snapshot[];
  /** Polls in a row that a site has not answered. */
  readonly misses: (siteId: string) => number;
};

/**
 * Judges one rule on the present data, by the same code as live. Delays, samples and what hides it are left out: the
 * question is where its condition holds now.
 *
 * @throws AppError `rule.invalid`, `rule.expression-invalid`
 */
export function previewRule(rule: Rule, { slot, snapshots, misses }: PreviewData): RulePreview {
  const { samples: _samples, ...bare } = rule;
  const set = compileRuleSet([{ ...bare, enabled: true, onDelayS: 0, suppressedBy: [] }]);
  const latest = new Map(snapshots.map((snapshot) => [snapshot.siteId, snapshot]));
  const end = { latest: (siteId: string) => latest.get(siteId) };
  // Twice: what sister sites have in common, and what a site is doing, is known after the first time only.
  const first = advanceSlot(set, EMPTY_FLEET, slot, snapshots, end).state;
  const answering = snapshots.filter(({ siteId }) => misses(siteId) === 0);
  const { state } = advanceSlot(set, asBefore(first, slot, misses), slot, answering, end);
  const verdicts = rule.scope === "site" ? siteVerdicts(state) : groupVerdicts(state, rule.scope);
  const holding = verdicts.filter(({ verdict }) => verdict === "holds");
  const unknown = verdicts.filter(({ verdict }) => verdict === "unknown").length;
  return {
    holds: holding.length,
    clear: verdicts.length - holding.length - unknown,
    unknown,
    needsHistory: set.rules.some(({ observers }) => observers.length > 0),
    items: holding.slice(0, MOST_ROWS).map(({ siteId, segmentId, grounds }) => {
      const { point = null, value = null, limit = null, unit = null } = grounds[0] ?? {};
      return { siteId, segmentId, point, value, limit, unit };
    }),
  };
}

/** The state as it would have been one poll ago, with what was missed. */
function asBefore(state: FleetState, { slotMs, facts }: Slot, misses: (siteId: string) => number): FleetState {
  const sites = Object.entries(state.sites).map(([siteId, site]): [string, SiteState] => {
    const missed = misses(siteId);
    const intervalMs = (facts.get(siteId)?.intervalS ?? 0) * 1000;
    const polls = { misses: Math.max(0, missed - 1), goodPolls: missed === 0 ? MANY_POLLS : 0 };
    const lastPollMs = missed === 0 ? slotMs : slotMs - intervalMs;
    return [siteId, { ...site, ...polls, lastPollMs, rules: [], hidden: {}, lastGoodMs: null }];
  });
  return { ...state, slotMs: null, sites: Object.fromEntries(sites), groups: {} };
}

type Verdict = {
  readonly siteId: string | null;
  readonly segmentId: string | null;
  readonly verdict: "holds" | "clear" | "unknown";
  readonly grounds: readonly Ground[];
};

function siteVerdicts({ sites }: FleetState): Verdict[] {
  return Object.entries(sites).map(([siteId, site]) => {
    const isJudged = site.lastGoodMs !== null || site.misses > 0;
    return { siteId, segmentId: null, ...verdictOf(site, isJudged) };
  });
}

function groupVerdicts({ groups }: FleetState, scope: "segment" | "fleet"): Verdict[] {
  return Object.entries(groups)
    .filter(([key]) => (key === FLEET) === (scope === "fleet"))
    .map(([key, group]) => ({ siteId: null, segmentId: key === FLEET ? null : key, ...verdictOf(group, true) }));
}

function verdictOf({ rules: [state = null] }: SubjectState, isJudged: boolean): Pick<Verdict, "verdict" | "grounds"> {
  if (state !== null && state.activeSinceMs !== null) return { verdict: "holds", grounds: state.grounds };
  const isUnknown = !isJudged || (state !== null && state.unknownSinceMs !== null);
  return { verdict: isUnknown ? "unknown" : "clear", grounds: [] };
}
