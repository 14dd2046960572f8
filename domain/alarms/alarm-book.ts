import { type Alarm, type AlarmTransition, alarmIdOf } from "./alarm.ts";
import type { ConditionEvent } from "./alarm-event.ts";
import { applyAlarmEvent } from "./life-cycle.ts";

/** Every alarm there ever was, by id. */
export type AlarmBook = ReadonlyMap<string, Alarm>;

/** What a step of the engine does to all alarms: for the back-test and for memory; stored rows are changed one by one. */
export function applyConditionEvents(
  book: AlarmBook,
  events: readonly ConditionEvent[],
): { readonly book: AlarmBook; readonly transitions: readonly AlarmTransition[] } {
  if (events.length === 0) return { book, transitions: [] };
  const after = new Map(book);
  const transitions: AlarmTransition[] = [];
  for (const event of events) {
    const { alarm, transition } = applyAlarmEvent(after.get(alarmIdOf(event, event.ruleId)) ?? null, event);
    if (transition === null || alarm === null) continue;
    after.set(alarm.id, alarm);
    transitions.push(transition);
  }
  return { book: after, transitions };
}

/**
 * How many active alarms each alarm hides, at any depth. A parent that is itself hidden counts for its own parent too,
 * so that one line can stand for a whole tree.
 */
export function countChildren(
  alarms: Iterable<Pick<Alarm, "id" | "active" | "suppressedBy">>,
): ReadonlyMap<string, number> {
  const active = new Map([...alarms].filter((alarm) => alarm.active).map((alarm) => [alarm.id, alarm.suppressedBy]));
  const counts = new Map<string, number>();
  for (const parent of active.values()) {
    const seen = new Set<string>();
    for (let at: string | null = parent; at !== null && !seen.has(at); at = active.get(at) ?? null) {
      seen.add(at);
      counts.set(at, (counts.get(at) ?? 0) + 1);
    }
  }
  return counts;
}
