import type { AlarmAct, AlarmOutcome } from "../adapters/alarms/write-alarms.ts";
import type { Refusal } from "../domain/alarms/alarm-change.ts";
import type { OperatorEvent } from "../domain/alarms/alarm-event.ts";
import { LONGEST_SHELVING_MS } from "../domain/alarms/operator-actions.ts";
import { AppError, type ErrorCode } from "../domain/errors.ts";
import { plainText } from "../domain/plain-text.ts";
import { unknownAlarm } from "./alarm-view.ts";
import type { ApiContext } from "./context.ts";
import { invalid, show } from "./problem.ts";
import { stored } from "./stored.ts";

/** Who acts, and when by the server's clock. */
export type Who = { readonly by: string; readonly at: string };

export const NoteText = plainText(2_000, { isMultiLine: true });

/** Why the life cycle changes nothing, as a problem and for people. */
const REFUSALS: Readonly<Record<Refusal, { readonly code: ErrorCode; readonly detail: string }>> = {
  "no-alarm": { code: "alarm.not-found", detail: "there is no such alarm" },
  "nothing-new": { code: "alarm.nothing-new", detail: "the alarm is like that already" },
  "nothing-to-acknowledge": {
    code: "alarm.nothing-to-acknowledge",
    detail: "the alarm needs no acknowledgement, or somebody has given it meanwhile",
  },
  "nothing-to-reset": { code: "alarm.nothing-to-reset", detail: "the alarm does not latch, or was reset meanwhile" },
  "still-active": {
    code: "alarm.still-active",
    detail: "its condition still holds: it can be reset when that is over",
  },
  "not-shelved": { code: "alarm.not-shelved", detail: "the alarm is not shelved, or its time has run out" },
  "not-out-of-service": { code: "alarm.not-out-of-service", detail: "the alarm is in service" },
  "bad-end": { code: "request.invalid", detail: "shelving ends too early or too late" },
};

export function codeOf(refusal: Refusal): ErrorCode {
  return REFUSALS[refusal].code;
}

/** @throws {AppError} why nothing was done; returns when there is no reason */
export function refuse(alarmId: string, refusal: Refusal | null): void {
  if (refusal === null) return;
  if (refusal === "no-alarm") throw unknownAlarm(alarmId);
  const { code, detail } = REFUSALS[refusal];
  throw new AppError(code, detail, { context: { alarmId } });
}

/** @throws {AppError} `storage.unavailable` */
export function actOn(
  { alarms }: Pick<ApiContext, "alarms">,
  acts: readonly AlarmAct[],
): Promise<readonly AlarmOutcome[]> {
  return stored(alarms.store.act(acts));
}

/** @throws {AppError} `request.invalid` for an end that is past, or too far away to be remembered */
export function shelveEvent({ until, reason }: { until: string; reason: string }, { by, at }: Who): OperatorEvent {
  const lengthMs = Date.parse(until) - Date.parse(at);
  if (!(lengthMs > 0 && lengthMs <= LONGEST_SHELVING_MS)) {
    const allowed = `must be later than now, by ${LONGEST_SHELVING_MS / 3_600_000} hours at most`;
    invalid({ field: "body.until", value: show(until), allowed });
  }
  return { type: "shelve", at, by, reason, until: new Date(until).toISOString() };
}

/** What the audit trail keeps of an act beside who, when and to what. */
export function factsOf(event: OperatorEvent): Record<string, unknown> {
  const { type: _type, at: _at, by: _by, ...facts } = event;
  return facts;
}
