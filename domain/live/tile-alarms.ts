import type { Priority } from "../alarms/alarm.ts";
import type { AlarmSummary } from "../alarms/alarm-summary.ts";
import type { FleetTile } from "./fleet-summary.ts";

export type TileAlarms = AlarmSummary["sites"][number];

/**
 * The alarms of each site as the summary counts them: the same numbers as everywhere else.
 *
 * @param previous sites that did not change are taken over from it, so that a screen can skip them
 */
export function alarmsBySite(
  summary: AlarmSummary | null,
  previous?: ReadonlyMap<string, TileAlarms>,
): ReadonlyMap<string, TileAlarms> {
  return new Map(
    summary?.sites.map((site) => {
      const old = previous?.get(site.siteId);
      return [site.siteId, old && isSame(old, site) ? old : site];
    }),
  );
}

function isSame(a: TileAlarms, b: TileAlarms): boolean {
  return a.worst === b.worst && a.present === b.present && a.unacknowledged === b.unacknowledged;
}

const RANK: Readonly<Record<Priority, number>> = { critical: 1, high: 2, medium: 3, low: 4 };

/** Sites with the worst alarms first, of these those with more unacknowledged ones; the rest in the order given. */
export function byAlarms(tiles: readonly FleetTile[], alarms: ReadonlyMap<string, TileAlarms>): readonly FleetTile[] {
  const rank = ({ site }: FleetTile): number =>
    RANK[alarms.get(site.id)?.worst ?? "low"] + (alarms.has(site.id) ? 0 : 1);
  const waiting = ({ site }: FleetTile): number => alarms.get(site.id)?.unacknowledged ?? 0;
  return tiles.toSorted((a, b) => rank(a) - rank(b) || waiting(b) - waiting(a));
}
