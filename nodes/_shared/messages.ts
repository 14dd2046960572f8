import type { NodeMessage } from "node-red";
import type { KnownCameras } from "../../domain/alarms/known-cameras.ts";
import type { ControllerReply } from "../../domain/telemetry/controller-reply.ts";

/** A message on the wire: `topic` names the schema of `payload`, context stands in fields of its own. */
export type PlatformMessage = NodeMessage & {
  /** The journal's entry that this message came from; null when the journal could not keep it, or there is none. */
  journalId?: number | null;
  /** Stored and rolled up, but not shown live, and nobody is called for it. */
  isReplay?: boolean;
  /** Nodes whose rules judge this message: each that it passes adds itself. */
  ruleHolders?: readonly string[];
  /** Beside snapshots and rounds: what is known of the cameras at this moment. */
  cameras?: KnownCameras;
  /** The raw reply behind a `rejected` message, to be kept as evidence. */
  reply?: ControllerReply;
};

/** The journal's entry of a message; null for one that was made in a flow. */
export function journalIdOf({ journalId }: PlatformMessage): number | null {
  return typeof journalId === "number" && Number.isSafeInteger(journalId) ? journalId : null;
}

/** For a topic that a node does not take: what came, what is allowed. */
export function unexpectedTopic(node: string, topic: unknown, allowed: readonly string[]): Error {
  const came = typeof topic === "string" && topic !== "" ? `"${topic.slice(0, 60)}"` : "no topic";
  return new Error(`${node} takes msg.topic ${allowed.map((name) => `"${name}"`).join(" or ")}, got ${came}`);
}
