import { BASELINES, type BaselineFinding, findBaseline } from "../../domain/alarms/baseline.ts";
import type { PointReading } from "../../domain/alarms/expression/point-reading.ts";
import type { BaselineName, SiteFacts } from "../../domain/alarms/site-facts.ts";
import { createSlotReader } from "./history-slots.ts";
import { readFlagPeriods } from "./read-history-facts.ts";
import { type HistoryDatabase, openHistory } from "./read-history-slots.ts";

/** Small statements: they are read and judged beside everything else that this process does. */
const VALUES_PER_STATEMENT = 40_000;

type Counted = { readonly quantity: BaselineName; readonly values: number[] };

/**
 * Takes baselines from the stored history of one site, in the order of the quantities. Doubtful readings do not count, nor
 * does the time in which the site was under maintenance or curtailed.
 *
 * @throws {AppError} `storage.unavailable`
 */
export async function measureBaselines(
  database: HistoryDatabase,
  { siteId, intervalS, ratedPowerKw }: Pick<SiteFacts, "siteId" | "intervalS" | "ratedPowerKw">,
  quantities: readonly BaselineName[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<BaselineFinding[]> {
  const [flags, { plan, chunks }] = await Promise.all([
    readFlagPeriods(database, [siteId], fromMs, toMs),
    openHistory(database, {
      siteIds: [siteId],
      points: [...new Set(quantities.flatMap((quantity) => BASELINES[quantity].points))],
      fromMs,
      toMs,
      intervalS,
      valuesPerStatement: VALUES_PER_STATEMENT,
    }),
  ]);
  const slotsOf = createSlotReader(plan);
  const found = quantities.map((quantity): Counted => ({ quantity, values: [] }));
  const isQuiet = (atMs: number) => flags.some((flag) => atMs >= flag.fromMs && atMs < flag.toMs);
  for await (const chunk of chunks()) {
    for (const { slotMs, readings } of slotsOf(chunk)) {
      const reading = readings[0]?.reading;
      if (reading !== undefined && !isQuiet(slotMs)) count(found, reading, ratedPowerKw);
    }
  }
  return found.map(({ quantity, values }) => findBaseline(quantity, values));
}

function count(found: readonly Counted[], reading: PointReading, ratedPowerKw: number | null): void {
  for (const { quantity, values } of found) {
    const value = BASELINES[quantity].read(reading, ratedPowerKw);
    if (value !== null) values.push(value);
  }
}
