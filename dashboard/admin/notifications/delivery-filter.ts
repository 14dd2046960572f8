import type { AddressParts, Schemas } from "../../client/contract.ts";

type Delivery = Schemas["NoticeDelivery"];
type Query = NonNullable<AddressParts<"GET", "/api/v1/notifications/deliveries">["query"]>;

/** In the order of a message's life. */
export const DELIVERY_STATES = [
  "waiting",
  "delivering",
  "delivered",
  "possibly_delivered",
  "expired",
  "failed",
] as const satisfies readonly Delivery["state"][];

const ALARM_ID = /^(~?[a-z0-9-]+|~)\.[a-z0-9-]+$/;

export function isAlarmId(text: string): boolean {
  return ALARM_ID.test(text);
}

export type DeliveryFilter = { state: string; channel: string; recipientId: string; alarmId: string };

/** What the server is asked; an alarm only when its id is whole, so that half a word does not end in a refusal. */
export function deliveryQuery({ state, channel, recipientId, alarmId }: DeliveryFilter): Query {
  const typed = alarmId.trim();
  return {
    ...(state === "" ? {} : { state: state as Delivery["state"] }),
    ...(channel === "" ? {} : { channel: channel as Delivery["channel"] }),
    ...(recipientId === "" ? {} : { recipientId }),
    ...(isAlarmId(typed) ? { alarmId: typed } : {}),
  };
}

/** Somebody may not have been told. What another channel has told is no trouble any more. */
export function isTrouble({ state, reason, attempts }: Pick<Delivery, "state" | "reason" | "attempts">): boolean {
  if (state === "failed" || state === "possibly_delivered") return true;
  if (state === "expired") return reason?.startsWith("told-by") !== true;
  return state === "waiting" && attempts > 0;
}
