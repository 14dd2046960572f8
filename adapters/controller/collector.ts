import type { FailureCause } from "../../domain/collection/failure-cause.ts";
import type { RoundReport } from "../../domain/collection/round-report.ts";
import type { ControllerReply } from "../../domain/telemetry/controller-reply.ts";

/** A good reply, journalled (`journalId` null: the journal could not keep it). */
export type CollectedReply = {
  readonly reply: ControllerReply;
  readonly journalId: number | null;
  readonly isReplay: boolean;
};

/** One site's last poll, for the site page. */
export type PollFacts = {
  readonly siteId: string;
  readonly slot: string;
  readonly result: "ok" | "late" | FailureCause;
  readonly attempts: number;
  readonly latencyMs: number | null;
  readonly breaker: "closed" | "suspect" | "open";
  /** Consecutive rounds without a good reply. */
  readonly misses: number;
};

/** Who takes what is collected: the poller node. */
export type CollectorSubscriber = { onReply(collected: CollectedReply): void; onRound(report: RoundReport): void };

export type CollectorStats = {
  /** Polls by result, since the start of the process. */
  readonly polls: Readonly<Record<string, number>>;
  readonly roundsTotal: number;
  readonly lastRound: RoundReport | null;
  readonly openSockets: number;
};

/**
 * Polls the enabled sites in rounds while a subscriber is attached. It lives as long as the process, so that replies
 * under way survive a deploy: they are journalled, and replayed when a subscriber is there again.
 */
export interface Collector {
  /** Starts the rounds. One subscriber at a time: a second one replaces the first. @returns detach */
  attach(subscriber: CollectorSubscriber): () => void;
  /** Polls one site every 10 s (or its own interval if shorter) for `forS` seconds, at most 3600. */
  watch(siteId: string, forS: number): void;
  /**
   * Polls one site at once, beside its round: for whoever needs to know now. The reply goes the way of all others.
   *
   * @returns false when none comes: it failed, the site is not polled here, or nobody takes what is collected
   */
  pollNow(siteId: string): Promise<boolean>;
  factsOf(siteId: string): PollFacts | null;
  /** The newest raw reply of a site, for the site page; null when none was kept. At most 16 MiB are kept in all, newest first. */
  lastReplyOf(siteId: string): ControllerReply | null;
  stats(): CollectorStats;
  /** Starts no new round, waits for the replies under way (at most the round's deadline), closes all sockets. */
  close(): Promise<void>;
}
