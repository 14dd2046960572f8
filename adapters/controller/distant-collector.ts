import type { ControllerReply } from "../../domain/telemetry/controller-reply.ts";
import type { Collector, PollFacts } from "./collector.ts";

/** What other processes tell of the sites that they poll. */
export type DistantPolling = {
  watch(siteId: string, forS: number): void;
  factsOf(siteId: string): PollFacts | null;
  replyOf(siteId: string): Promise<ControllerReply | null>;
};

/** What the screens ask of collection, wherever it runs. */
export type PollingView = {
  watch(siteId: string, forS: number): void;
  factsOf(siteId: string): PollFacts | null;
  lastReplyOf(siteId: string): Promise<ControllerReply | null>;
};

/** In a process that collects: its own sites from its own collector, those of others from them. */
export function viewPolling(
  collector: Pick<Collector, "watch" | "factsOf" | "lastReplyOf">,
  distant: DistantPolling | null,
): PollingView {
  return {
    watch(siteId, forS) {
      collector.watch(siteId, forS);
      distant?.watch(siteId, forS);
    },
    factsOf: (siteId) => collector.factsOf(siteId) ?? distant?.factsOf(siteId) ?? null,
    lastReplyOf: async (siteId) => collector.lastReplyOf(siteId) ?? (await distant?.replyOf(siteId)) ?? null,
  };
}

/** The collector of a process that collects nothing: whoever attaches to it gets nothing. */
export function createIdleCollector(): Collector {
  return {
    attach: () => () => undefined,
    watch: () => undefined,
    pollNow: async () => false,
    factsOf: () => null,
    lastReplyOf: () => null,
    stats: () => ({ polls: {}, roundsTotal: 0, lastRound: null, openSockets: 0 }),
    close: async () => undefined,
  };
}
