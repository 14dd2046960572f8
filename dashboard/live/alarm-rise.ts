import type { Priority } from "../../domain/alarms/alarm.ts";
import type { AlarmSummary } from "../../domain/alarms/alarm-summary.ts";

type LoudPriority = Extract<Priority, "critical" | "high">;

/**
 * Whether there is something new to hear of: more unacknowledged alarms of a priority than before, or of a site whose
 * worst is one. Who has acknowledged one while another came at the same site in the same second is told by neither
 * number; the alarm stands on the screen all the same.
 *
 * @param before null: nothing is known of before, so nothing is new
 * @returns the worst that is new; null when there is none
 */
export function risenPriority(before: AlarmSummary | null, now: AlarmSummary): LoudPriority | null {
  if (before === null) return null;
  const rose = (priority: LoudPriority): boolean => {
    if (now.counts[priority].unacknowledged > before.counts[priority].unacknowledged) return true;
    const known = new Map(before.sites.map((site) => [site.siteId, site]));
    return now.sites.some((site) => {
      const old = known.get(site.siteId);
      return site.worst === priority && site.unacknowledged > (old?.unacknowledged ?? 0) && old?.worst !== priority;
    });
  };
  if (rose("critical")) return "critical";
  return rose("high") ? "high" : null;
}
