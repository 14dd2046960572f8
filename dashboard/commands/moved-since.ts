import type { LiveRow } from "../../domain/live/live-table.ts";
import { isDoubtful } from "../../domain/telemetry/quality.ts";
import type { SelectionItem } from "./command-text.ts";

type Seen = SelectionItem["seen"];

/** The point behind each value that a selection is bound to. */
const POINTS_OF_SEEN: Readonly<Record<keyof Seen, string>> = {
  setpointC: "supply_temp_setpoint_c",
  isPumpRunning: "circulation_pump_running",
  isPidMode: "pid_mode",
  isLeaking: "leak_detected",
};

/**
 * What of the plant reads otherwise now than when a command was selected: the server would refuse the order. What cannot
 * be read now says nothing here; the server decides.
 */
export function movedSince(seen: Seen, row: Pick<LiveRow, "values" | "quality"> | null): (keyof Seen)[] {
  if (row === null) return [];
  return (Object.keys(POINTS_OF_SEEN) as (keyof Seen)[]).filter((name) => {
    const point = POINTS_OF_SEEN[name];
    const now = isDoubtful(row.quality[point]) ? null : (row.values[point] ?? null);
    const then = seen[name];
    return now !== null && then !== null && now !== then;
  });
}
