import { z } from "zod";
import { FailureCause } from "../collection/failure-cause.ts";
import { RoundReport } from "../collection/round-report.ts";
import { SiteId } from "../sites/site-id.ts";
import { ControllerReply } from "../telemetry/controller-reply.ts";
import { Snapshot } from "../telemetry/snapshot.ts";

/** How a site's last poll went, as its collector tells the processes that show it. */
const PollFactsMessage = z.strictObject({
  siteId: SiteId,
  slot: z.iso.datetime(),
  result: z.union([z.enum(["ok", "late"]), FailureCause]),
  attempts: z.int().min(0),
  latencyMs: z.number().min(0).nullable(),
  breaker: z.enum(["closed", "suspect", "open"]),
  misses: z.int().min(0),
});

const SentBy = z.string().regex(/^[a-z0-9-]{1,80}$/);
/** Counts the messages of one sender and topic, so that a listener sees when it missed one. */
const Sequence = z.int().min(1);
const Asked = z.string().max(80);

/**
 * What processes tell each other over `antbox:live:<topic>`. Whoever can write to Redis can write these, so each one is
 * checked, and none of them moves anything but a screen and the rhythm of polling.
 */
export const BUS_TOPICS = {
  snapshots: z.object({ from: SentBy, seq: Sequence, body: z.array(Snapshot) }),
  rounds: z.object({ from: SentBy, seq: Sequence, body: RoundReport }),
  facts: z.object({ from: SentBy, seq: Sequence, body: z.array(PollFactsMessage) }),
  watch: z.object({ from: SentBy, seq: Sequence, body: z.object({ siteId: SiteId, forS: z.int().min(1).max(3600) }) }),
  ask: z.object({ from: SentBy, seq: Sequence, body: z.object({ id: Asked, siteId: SiteId }) }),
  answer: z.object({ from: SentBy, seq: Sequence, body: z.object({ id: Asked, reply: ControllerReply }) }),
} as const;

export type BusTopic = keyof typeof BUS_TOPICS;
export type BusMessage<Topic extends BusTopic> = z.infer<(typeof BUS_TOPICS)[Topic]>;
export type BusBody<Topic extends BusTopic> = BusMessage<Topic>["body"];
