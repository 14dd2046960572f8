import { z } from "zod";
import { AlarmListItem } from "../domain/alarms/alarm.ts";
import type { OperatorEvent } from "../domain/alarms/alarm-event.ts";
import { applyAlarmEvent } from "../domain/alarms/life-cycle.ts";
import { plainText } from "../domain/plain-text.ts";
import { actOn, factsOf, NoteText, refuse, shelveEvent, type Who } from "./alarm-acts.ts";
import { AlarmParams, findAlarm, shownAlarm } from "./alarm-view.ts";
import { actorOf } from "./audit-actor.ts";
import { audited } from "./audited.ts";
import { defineRoute, type Output, type Route, type Text } from "./route.ts";

const Noted = z.strictObject({ note: NoteText.default("") });
const Reasoned = z.strictObject({ reason: NoteText.min(1) });
const Shelving = z.strictObject({
  until: z.iso.datetime({ offset: true }).describe("At most 8 hours from now; shelving anew sets another end"),
  reason: NoteText.min(1),
});
const Assignment = z.strictObject({ to: plainText(120).min(1).nullable().describe("Who sees to it; null = nobody") });
const Remark = z.strictObject({ note: NoteText.min(1) });

type Act<Body extends z.ZodType | undefined> = {
  /** Last part of the path. */
  readonly verb: string;
  readonly access: "alarms:acknowledge" | "alarms:shelve" | "alarms:manage";
  /** Of the audit trail. */
  readonly action: string;
  readonly summary: Text;
  readonly body: Body;
  readonly event: (body: Output<Body>, who: Who) => OperatorEvent;
  readonly isIdempotent?: boolean;
};

/** What a person does to one alarm. What the life cycle refuses is no line in the audit trail, because nothing was done. */
function defineAct<Body extends z.ZodType | undefined>(act: Act<Body>): Route {
  const { verb, access, action, summary, body, event: eventOf, isIdempotent = false } = act;
  return defineRoute<typeof AlarmParams, undefined, Body>({
    method: "POST",
    path: `/api/v1/alarms/{id}/${verb}`,
    access,
    tag: "Alarms",
    summary,
    params: AlarmParams,
    body,
    answer: { status: 200, description: "The alarm, as it is now", schema: AlarmListItem },
    refusals: [404, 409, 503],
    isIdempotent,
    async handle({ params: { id }, body: given, session, address }, { context, clock }) {
      const who = { by: session?.username ?? "", at: new Date(clock()).toISOString() };
      const { alarm } = await findAlarm(context, id, session);
      const event = eventOf(given, who);
      refuse(id, applyAlarmEvent(alarm, event).refused);
      const line = {
        ...actorOf(session, address),
        action,
        target: id,
        detail: { ...factsOf(event), was: alarm.state },
      };
      await audited(context.audit, line, async () => {
        const [outcome] = await actOn(context, [{ alarmId: id, event }]);
        refuse(id, outcome?.refused ?? null);
      });
      return { kind: "json", body: await shownAlarm(context, id, session) };
    },
  });
}

export const ALARM_ACT_ROUTES: readonly Route[] = [
  defineAct({
    verb: "acknowledge",
    access: "alarms:acknowledge",
    action: "alarm:acknowledge",
    summary: { "zh-CN": "确认报警", en: "Acknowledges an alarm" },
    body: Noted,
    event: ({ note }, who) => ({ type: "acknowledge", ...who, note }),
  }),
  defineAct({
    verb: "reset",
    access: "alarms:acknowledge",
    action: "alarm:reset",
    summary: {
      "zh-CN": "复位已锁存的报警（不操作设备）",
      en: "Resets an alarm that latches, after its condition is over; the device is not touched",
    },
    body: Noted,
    event: ({ note }, who) => ({ type: "reset", ...who, note }),
  }),
  defineAct({
    verb: "assign",
    access: "alarms:acknowledge",
    action: "alarm:assign",
    summary: { "zh-CN": "指派报警", en: "Says who sees to an alarm" },
    body: Assignment,
    event: ({ to }, who) => ({ type: "assign", ...who, to }),
  }),
  defineAct({
    verb: "notes",
    access: "alarms:acknowledge",
    action: "alarm:comment",
    summary: { "zh-CN": "为报警添加备注", en: "Adds a note to an alarm" },
    body: Remark,
    event: ({ note }, who) => ({ type: "comment", ...who, note }),
    isIdempotent: true,
  }),
  defineAct({
    verb: "shelve",
    access: "alarms:shelve",
    action: "alarm:shelve",
    summary: { "zh-CN": "搁置报警一段时间", en: "Shelves an alarm for a time: it shows, and tells nobody" },
    body: Shelving,
    event: shelveEvent,
  }),
  defineAct({
    verb: "unshelve",
    access: "alarms:shelve",
    action: "alarm:unshelve",
    summary: { "zh-CN": "取消搁置", en: "Ends the shelving of an alarm" },
    body: undefined,
    event: (_body, who) => ({ type: "unshelve", ...who }),
  }),
  defineAct({
    verb: "out-of-service",
    access: "alarms:manage",
    action: "alarm:out-of-service",
    summary: {
      "zh-CN": "将报警停用，直到恢复",
      en: "Takes an alarm out of service, until somebody takes it back",
    },
    body: Reasoned,
    event: ({ reason }, who) => ({ type: "take_out_of_service", ...who, reason }),
  }),
  defineAct({
    verb: "in-service",
    access: "alarms:manage",
    action: "alarm:in-service",
    summary: { "zh-CN": "恢复停用的报警", en: "Takes an alarm back into service" },
    body: undefined,
    event: (_body, who) => ({ type: "return_to_service", ...who }),
  }),
];
