import type { Priority } from "../../domain/alarms/alarm.ts";
import type { Severity } from "../../domain/points/fault-labels.ts";

/** Worst first, as the marks number them. Written out: the schema is not there in a browser. */
export const PRIORITIES = ["critical", "high", "medium", "low"] as const satisfies readonly Priority[];

const SEVERITIES: Readonly<Record<Priority, Severity>> = { critical: 1, high: 2, medium: 3, low: 4 };

/** ◆1 critical, ▲2 high, ●3 medium, ■4 low. */
export function severityOf(priority: Priority): Severity {
  return SEVERITIES[priority];
}
