import { z } from "zod";
import { Priority } from "../alarms/alarm.ts";
import { CHANNEL_KINDS } from "./channel.ts";
import { NOTICE_KINDS } from "./notice.ts";

/**
 * - `waiting`: for its turn, or for another try · `delivering`: under way now
 * - `delivered`: the receiver's server has taken it
 * - `possibly_delivered`: it was sent and no answer was heard; to send it again could tell the same twice
 * - `expired`: it could not be delivered in time, or another channel has told it meanwhile
 * - `failed`: it cannot be delivered like this, and another try would end the same way
 */
export const DeliveryState = z.enum(["waiting", "delivering", "delivered", "possibly_delivered", "expired", "failed"]);
export type DeliveryState = z.infer<typeof DeliveryState>;

const Time = z.iso.datetime();

/** How one message to one recipient went, as lists show it. */
export const NoticeDelivery = z
  .strictObject({
    id: z.string(),
    key: z.string().describe("The same for every try; sent along, so that a receiver tells repetitions"),
    subject: z.string().describe("The group of alarms that it tells of"),
    transition: z.string().describe("Which message of the group"),
    kind: z.enum(NOTICE_KINDS),
    priority: Priority,
    routeId: z.string().nullable(),
    channel: z.enum(CHANNEL_KINDS),
    recipientId: z.uuid(),
    recipientName: z.string(),
    address: z.string().nullable().describe("Masked; null: the recipient has none there any more"),
    title: z.string(),
    alarmIds: z.array(z.string()),
    state: DeliveryState,
    attempts: z.int().min(0),
    createdAt: Time,
    lastTryAt: Time.nullable(),
    nextTryAt: Time.nullable(),
    settledAt: Time.nullable(),
    reason: z.string().nullable().describe("Of the last try that failed"),
    acknowledgedAt: Time.nullable().describe("When its acknowledge link was used"),
  })
  .meta({ id: "NoticeDelivery", description: "How one message to one recipient went" });
export type NoticeDelivery = z.infer<typeof NoticeDelivery>;

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
/** A server that restarts is back in seconds. The last wait repeats: after an outage nobody waits longer than that. */
const WAITS_MS = [2, 5, 15, 30, 60].map((seconds) => seconds * SECOND_MS);
/** The longest that a receiver may ask for. */
const MOST_WAIT_MS = 10 * MINUTE_MS;
/** Old news calls nobody to the plant: after that the repetition, which has newer figures, takes its place [J]. */
const GIVE_UP_AFTER_MS: Readonly<Record<Priority, number>> = {
  critical: 60 * MINUTE_MS,
  high: 120 * MINUTE_MS,
  medium: 360 * MINUTE_MS,
  low: 360 * MINUTE_MS,
};
/** So many failures in a row, about 20 s, and the next channel is tried as well. */
export const TRIES_BEFORE_FALLBACK = 3;

/**
 * How long to wait after a try that failed.
 *
 * @param attempts tries so far, 1 or more
 * @param ageMs since the notice was made
 * @param askedMs how long the receiver wants to be left alone
 * @returns null when it is given up
 */
export function waitAfterFailure(
  attempts: number,
  ageMs: number,
  priority: Priority,
  askedMs: number | null,
): number | null {
  const usual = WAITS_MS[Math.min(attempts, WAITS_MS.length) - 1] ?? MINUTE_MS;
  const waitMs = Math.max(usual, Math.min(askedMs ?? 0, MOST_WAIT_MS));
  return ageMs + waitMs > GIVE_UP_AFTER_MS[priority] ? null : waitMs;
}
