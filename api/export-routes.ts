import { z } from "zod";
import { EXPORT_WRITERS } from "../adapters/documents/export-formats.ts";
import { EXPORT_FORMATS, type ExportFormat } from "../domain/telemetry/export-table.ts";
import { Step } from "../domain/telemetry/history-level.ts";
import { type HistoryPlan, planHistory } from "../domain/telemetry/history-plan.ts";
import { actorOf } from "./audit-actor.ts";
import type { ApiContext } from "./context.ts";
import { HistoryRange } from "./history-routes.ts";
import { nameField } from "./problem.ts";
import { defineRoute, type Route } from "./route.ts";
import { SiteSelection, selectSites } from "./select-sites.ts";
import { fileStamp, startPages } from "./start-pages.ts";

/** Values (sites × points × steps) of one file: some minutes of work, and what the programs that open it can hold [J]. */
const MOST_VALUES: Readonly<Record<ExportFormat, number>> = { csv: 50_000_000, xlsx: 5_000_000, parquet: 50_000_000 };
const MOST_POINTS = 120;

const ExportQuery = z.strictObject({
  ...SiteSelection,
  points: z.string().max(8000).describe(`Names of the catalogue, joined by commas; at most ${MOST_POINTS}`),
  ...HistoryRange,
  step: Step.default("auto").describe("As for the history of a site; `raw` gives every stored value, words included"),
  format: z
    .enum(EXPORT_FORMATS)
    .default("csv")
    .describe("`xlsx` holds at most 5,000,000 values, the others 50,000,000"),
});

export const EXPORT_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/export",
    access: "history:export",
    tag: "History",
    summary: { "zh-CN": "导出历史数据：CSV、Excel、Parquet", en: "The history as a file: CSV, Excel or Parquet" },
    query: ExportQuery,
    answer: {
      status: 200,
      description:
        "Columns `site`, `time` (UTC) and one per point; of a roll-up `_avg`, `_min` and `_max` of each. Gaps have no rows",
      contentType: EXPORT_WRITERS.csv.contentType,
      otherTypes: [EXPORT_WRITERS.xlsx.contentType, EXPORT_WRITERS.parquet.contentType],
    },
    refusals: [404, 429, 503, 504],
    isCostly: true,
    isLong: true,
    async handle({ query, session, address }, { context, clock }) {
      const sites = selectSites(context, query, session);
      const plan = planExport(context, query, sites.length, clock());
      const ids = sites.map(({ id }) => id);
      const { columns, pages } = context.storage.history.export(ids, plan.points, plan);
      const { contentType, write } = EXPORT_WRITERS[query.format];
      await context.audit.record({
        ...actorOf(session, address),
        action: "history:export",
        outcome: "done",
        detail: { ...whatIs(plan), sites: ids.length, format: query.format },
      });
      const chunks = write({ columns, pages: await startPages(pages) });
      return { kind: "stream", contentType, fileName: fileName(plan, query.format), chunks };
    },
  }),
];

function planExport(
  { storage, config }: ApiContext,
  { points, from, to, step, format }: z.infer<typeof ExportQuery>,
  sites: number,
  nowMs: number,
): HistoryPlan {
  const circumstances = {
    nowMs,
    intervalS: config.pollIntervalS,
    retention: storage.history.retention(),
    sites,
    maxPoints: MOST_POINTS,
    maxValues: MOST_VALUES[format],
    maxPerSeries: Number.MAX_SAFE_INTEGER,
  };
  try {
    return planHistory({ points: points.split(","), from, to, step }, circumstances);
  } catch (error) {
    return nameField({})(error);
  }
}

/** For the audit trail. */
function whatIs({ fromMs, toMs, level, points }: HistoryPlan) {
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), level, points };
}

/** `antbox-20261123T080000Z-20261123T090000Z-5m.csv`: no name of a site, which may be private. */
function fileName({ fromMs, toMs, level }: HistoryPlan, format: ExportFormat): string {
  return `antbox-${fileStamp(fromMs)}-${fileStamp(toMs)}-${level}.${format}`;
}
