import type { Alarm, AlarmTransition } from "./alarm.ts";
import { isHidden } from "./alarm-state.ts";

/** Why an event changes nothing. People are told; for the engine's events, which may be repeated, it is no error. */
export type Refusal =
  | "no-alarm"
  | "nothing-new"
  | "nothing-to-acknowledge"
  | "nothing-to-reset"
  | "still-active"
  | "not-shelved"
  | "not-out-of-service"
  | "bad-end";

/** The fields of an alarm that an event changes, and what is said of it. State, revision and time follow from them. */
export type Change = {
  readonly kind: AlarmTransition["kind"];
  readonly alarm: Alarm;
  readonly isAnnounced?: boolean;
  readonly by?: string | null;
  readonly note?: string | null;
  readonly until?: string | null;
};

/** What was hidden comes to light: people are told unless they were told of this very raise before it was hidden. */
export function announceOnce(kind: Change["kind"], alarm: Alarm, at: string): Change {
  if (!alarm.active || isHidden(alarm)) return { kind, alarm };
  const isTold = alarm.announcedAt !== null && Date.parse(alarm.announcedAt) >= Date.parse(alarm.raisedAt);
  const needsAcknowledgement = alarm.priority !== "low" && alarm.acknowledged === null;
  if (isTold) return { kind, alarm: { ...alarm, needsAcknowledgement } };
  return { kind, alarm: { ...alarm, needsAcknowledgement, announcedAt: at, flaps: 0 }, isAnnounced: true };
}
