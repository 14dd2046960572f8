import { isoOf } from "../../../domain/iso-of.ts";
import type { History } from "../../../domain/telemetry/history.ts";
import {
  HISTORY_LIMITS,
  type HistoryQuestion,
  planHistory,
  refuseField,
} from "../../../domain/telemetry/history-plan.ts";
import { isoTimes } from "../../../domain/telemetry/iso-times.ts";
import type { HistoryStore } from "./create-history-store.ts";

/** `intervalS`: polling interval in force, seconds. */
export type AskedSite = { readonly id: string; readonly intervalS: number };

/**
 * Answers a question about one site: checks it, picks the level, reads.
 *
 * @throws {AppError} `request.invalid` whose context has `field`, `value` and `allowed`; `storage.timeout`,
 *   `storage.unavailable`
 */
export async function answerHistory(
  store: HistoryStore,
  { id, intervalS }: AskedSite,
  question: HistoryQuestion,
  nowMs: number,
): Promise<History> {
  const { points, fromMs, toMs, level, stepS } = planHistory(question, {
    nowMs,
    intervalS,
    retention: store.retention(),
  });
  const limit = HISTORY_LIMITS.valuesPerSeries;
  const { timesMs, series, isCut } = await store.site(id, points, { fromMs, toMs, level, intervalS, nowMs, limit });
  // A site that was watched closely has more rows than its interval tells.
  if (isCut) refuseField("from", isoOf(fromMs), `holds more than ${limit} values per point: ask for a shorter range`);
  return { siteId: id, step: level, stepS, from: isoOf(fromMs), to: isoOf(toMs), times: isoTimes(timesMs), series };
}
