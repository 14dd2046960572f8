import { z } from "zod";
import { plainText } from "../plain-text.ts";
import { EVENT_NAMES } from "./event-kinds.ts";

/** Each is a queue of its own with a connection of its own. */
export const MOST_WEBHOOKS = 50;

/** How one try to deliver went. `connection`: refused, reset, or dropped before it answered. */
export const TRY_OUTCOMES = [
  "delivered",
  "bad-status",
  "redirect",
  "timeout",
  "connection",
  "dns",
  "tls",
  "forbidden-address",
  "unreadable",
] as const;
export const TryOutcome = z.enum(TRY_OUTCOMES);
export type TryOutcome = z.infer<typeof TryOutcome>;

/** Whether an address may be sent to is judged where names can be resolved. */
const WebhookUrl = z
  .url({ protocol: /^https?$/, error: "must be an http or https address" })
  .max(2_000)
  .refine((text) => isWithoutExtras(text), "must have no user name, password or fragment");

/** What people say of a webhook. */
export const WebhookEntry = z
  .strictObject({
    name: plainText(80).min(1),
    url: WebhookUrl.describe("Where events are sent by POST; https, unless it stands in a network that is allowed"),
    events: z.array(z.enum(EVENT_NAMES)).min(1).max(50).describe("The kinds of events to be told of"),
    isEnabled: z.boolean().default(true),
  })
  .meta({ id: "WebhookEntry" });
export type WebhookEntry = z.infer<typeof WebhookEntry>;

/** Some of its fields. */
export const WebhookPatch = z
  .strictObject({ ...WebhookEntry.shape, isEnabled: z.boolean() })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, "must hold at least one field")
  .meta({ id: "WebhookPatch" });
export type WebhookPatch = z.infer<typeof WebhookPatch>;

const LastOutcome = z.strictObject({
  at: z.iso.datetime(),
  outcome: TryOutcome,
  status: z.int().nullable().describe("HTTP status of the answer, when there was one"),
});

/** A webhook as it is shown. */
export const Webhook = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    url: z.string(),
    events: z.array(z.string()),
    isEnabled: z.boolean(),
    createdAt: z.iso.datetime(),
    lastOutcome: LastOutcome.nullable().describe("Of the newest try"),
    waiting: z.int().min(0).describe("Events that are still to be delivered"),
    failuresInRow: z.int().min(0).describe("Failed tries since the last one that was delivered"),
  })
  .meta({ id: "Webhook" });
export type Webhook = z.infer<typeof Webhook>;

/** One event on its way to one webhook. */
export const WebhookDelivery = z
  .strictObject({
    id: z.string(),
    eventId: z.uuid().describe("The header `webhook-id`: the same with each try"),
    event: z.string(),
    createdAt: z.iso.datetime(),
    state: z.enum(["waiting", "delivered", "expired"]),
    attempts: z.int().min(0),
    lastTryAt: z.iso.datetime().nullable(),
    nextTryAt: z.iso.datetime().nullable(),
    outcome: TryOutcome.nullable(),
    status: z.int().nullable(),
    durationMs: z.int().nullable(),
  })
  .meta({ id: "WebhookDelivery" });
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

/** What is no address at all is said by the check before. */
function isWithoutExtras(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { username, password, hash } = new URL(text);
  return username === "" && password === "" && hash === "";
}
