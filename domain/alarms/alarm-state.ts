import type { Alarm, AlarmState } from "./alarm.ts";

/** The facts from which the state follows. */
export type AlarmFacts = Pick<
  Alarm,
  "active" | "needsAcknowledgement" | "needsReset" | "shelved" | "outOfService" | "suppressedBy"
>;

/**
 * The state that follows from the facts: what hides an alarm counts before what it asks for. An active alarm that needs
 * no acknowledgement (any more) is `acknowledged`, an alarm of priority `low` from the beginning.
 */
export function stateOf(facts: AlarmFacts): AlarmState {
  if (facts.outOfService !== null) return "out_of_service";
  if (facts.shelved !== null) return "shelved";
  if (facts.suppressedBy !== null) return "suppressed";
  if (facts.active) return facts.needsAcknowledgement ? "unacknowledged" : "acknowledged";
  if (facts.needsReset) return "latched";
  return facts.needsAcknowledgement ? "returned_unacknowledged" : "normal";
}

/** True while nobody is to be told of the alarm. */
export function isHidden({ shelved, outOfService, suppressedBy }: AlarmFacts): boolean {
  return shelved !== null || outOfService !== null || suppressedBy !== null;
}
