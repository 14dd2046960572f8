import { z } from "zod";
import { FailureCause } from "../domain/collection/failure-cause.ts";
import { restrictRound } from "../domain/collection/restrict-round.ts";
import type { RoundReport } from "../domain/collection/round-report.ts";
import type { ApiContext } from "./context.ts";
import { limitUpTo, listOf } from "./lists.ts";
import { defineRoute, type Route } from "./route.ts";
import { scopeOf, type Viewer, visibleSites } from "./visible-sites.ts";

/** A round in a list: counts only. `ok + late + Σ failed = sites`. */
const Round = z
  .strictObject({
    slot: z.iso.datetime(),
    startedAt: z.iso.datetime(),
    durationMs: z.number(),
    sites: z.int(),
    ok: z.int(),
    late: z.int(),
    failed: z.partialRecord(FailureCause, z.int()),
    skipped: z.int().describe("Of the failed ones, those that were not tried: their breaker is open"),
    slowest: z.strictObject({ siteId: z.string(), latencyMs: z.number() }).nullable(),
  })
  .meta({ id: "Round", description: "How one round of polling went" });
type Round = z.infer<typeof Round>;

const RoundQuery = z.strictObject({ limit: limitUpTo(1440, 60), cursor: z.iso.datetime().optional() });

function summarise(report: RoundReport): Round {
  const { slot, startedAt, durationMs, sites, ok, late, failed, skipped, slowest } = report;
  return { slot, startedAt, durationMs, sites, ok, late, failed, skipped, slowest };
}

/** The rounds since the start of the process, for when the database is away. */
function roundsInMemory({ liveState }: Pick<ApiContext, "liveState">, limit: number, cursor: string | undefined) {
  const rounds = liveState.rounds();
  const older = cursor === undefined ? rounds : rounds.filter(({ slot }) => Date.parse(slot) < Date.parse(cursor));
  return { items: older.slice(0, limit), total: rounds.length };
}

/** Whoever may see some sites only gets the rounds of those. */
function asSeenBy(viewer: Viewer | null, context: ApiContext): (report: RoundReport) => RoundReport {
  if (scopeOf(viewer) === null) return (report) => report;
  const sites = new Map(visibleSites(context, viewer).map((site) => [site.id, site]));
  return (report) => restrictRound(report, sites, context.config.pollIntervalS);
}

export const ROUND_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/rounds",
    access: "rounds:read",
    tag: "Collection",
    summary: { "zh-CN": "采集轮次，最新在前", en: "The rounds of polling, newest first" },
    query: RoundQuery,
    answer: {
      status: 200,
      description:
        "From the database; from memory while that is away. Limited to some sites, the counts are of those, as the inventory has them now",
      schema: listOf(Round, "RoundList"),
    },
    refusals: [429, 503],
    isCostly: true,
    async handle({ query, session }, { context }) {
      const { limit, cursor } = query;
      const stored = context.storage.rounds(limit, cursor ?? null).catch((error: unknown) => {
        context.log.warn({ err: error }, "rounds come from memory: the database cannot be read");
        return null;
      });
      const { items, total } = (await stored) ?? roundsInMemory(context, limit, cursor);
      const last = items.at(-1);
      const nextCursor = last && items.length === limit ? last.slot : null;
      const seen = items.map(asSeenBy(session, context));
      return { kind: "json", body: { items: seen.map(summarise), nextCursor, total } };
    },
  }),
];
