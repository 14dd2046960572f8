import type { Alarm } from "./alarm.ts";
import { announceOnce, type Change, type Refusal } from "./alarm-change.ts";
import type { OperatorEvent } from "./alarm-event.ts";

/** The longest time an alarm may be shelved [J]. */
export const LONGEST_SHELVING_MS = 8 * 3_600_000;

type Event<Type extends OperatorEvent["type"]> = Extract<OperatorEvent, { type: Type }>;

/** What a person's act changes, or why it changes nothing. */
export function applyOperatorEvent(alarm: Alarm | null, event: OperatorEvent): Change | Refusal {
  if (alarm === null) return "no-alarm";
  switch (event.type) {
    case "acknowledge":
      return acknowledge(alarm, event);
    case "reset":
      return reset(alarm, event);
    case "shelve":
      return shelve(alarm, event);
    case "unshelve":
      if (alarm.shelved === null) return "not-shelved";
      return { ...announceOnce("unshelved", { ...alarm, shelved: null }, event.at), by: event.by };
    case "take_out_of_service": {
      const { by, at, reason } = event;
      return { kind: "out_of_service", alarm: { ...alarm, outOfService: { by, at, reason } }, by, note: reason };
    }
    case "return_to_service":
      if (alarm.outOfService === null) return "not-out-of-service";
      return { ...announceOnce("in_service", { ...alarm, outOfService: null }, event.at), by: event.by };
    case "assign":
      if (alarm.assignedTo === event.to) return "nothing-new";
      return { kind: "assigned", alarm: { ...alarm, assignedTo: event.to }, by: event.by, note: event.to };
    case "comment":
      return { kind: "commented", alarm, by: event.by, note: event.note };
  }
}

function acknowledge(alarm: Alarm, { by, at, note }: Event<"acknowledge">): Change | Refusal {
  if (!alarm.needsAcknowledgement) return "nothing-to-acknowledge";
  const acknowledged = { by, at, note };
  return { kind: "acknowledged", alarm: { ...alarm, needsAcknowledgement: false, acknowledged }, by, note };
}

/** The reset of a latch, after somebody has looked. It is not the device's own reset, and it acknowledges too. */
function reset(alarm: Alarm, { by, at, note }: Event<"reset">): Change | Refusal {
  if (!alarm.needsReset) return "nothing-to-reset";
  if (alarm.active) return "still-active";
  const acknowledged = alarm.acknowledged ?? { by, at, note };
  const after = { ...alarm, needsReset: false, needsAcknowledgement: false, acknowledged };
  return { kind: "reset", alarm: after, by, note };
}

/** Shelving anew sets another end. */
function shelve(alarm: Alarm, { by, at, reason, until }: Event<"shelve">): Change | Refusal {
  const lengthMs = Date.parse(until) - Date.parse(at);
  if (!(lengthMs > 0 && lengthMs <= LONGEST_SHELVING_MS)) return "bad-end";
  return { kind: "shelved", alarm: { ...alarm, shelved: { until, by, at, reason } }, by, note: reason, until };
}
