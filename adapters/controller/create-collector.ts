import { newLoopLag } from "../../domain/collection/loop-lag.ts";
import { ROUND_LIMIT_MS } from "../../domain/collection/round-budget.ts";
import type { RoundReport } from "../../domain/collection/round-report.ts";
import { WATCH_LIMIT_S } from "../../domain/collection/slots.ts";
import { createCapacity } from "./capacity.ts";
import type { Collector, CollectorSubscriber } from "./collector.ts";
import type { CollectorOptions, Transport } from "./collector-options.ts";
import { createHttpClient } from "./http-client.ts";
import { createLagTicks } from "./lag-ticks.ts";
import { createLastReplies } from "./last-replies.ts";
import { createLateTries } from "./late-tries.ts";
import { pollBesideRound } from "./poll-beside-round.ts";
import { createPolling } from "./polling.ts";
import { createRoster } from "./roster.ts";
import { type Round, type RoundEntry, runRound } from "./round.ts";
import { createRoundScheduler } from "./round-scheduler.ts";
import { factsOf } from "./site-runtime.ts";
import { createSystemClock } from "./system-clock.ts";

/** A collector that also tells whether it is between two rounds. */
export type LocalCollector = Collector & { isIdle(): boolean };

/**
 * The collector of one process. It polls while a subscriber is attached, and keeps connections, latencies and breakers
 * while none is. See {@link Collector} for what each method promises.
 */
export function createCollector(options: CollectorOptions): LocalCollector {
  const { inventory, journal, log, pollIntervalS } = options;
  const clock = options.clock ?? createSystemClock();
  const capacity = createCapacity(options, clock);
  const transport: Transport = options.transport ?? createHttpClient(capacity);
  const lag = newLoopLag(clock.monotonicMs());
  const lastReplies = createLastReplies();
  const rounds = new Set<Round>();
  let subscriber: CollectorSubscriber | null = null;
  let lastRound: RoundReport | null = null;
  let roundsTotal = 0;
  let isClosed = false;

  const isWanted = (): boolean => subscriber !== null && !isClosed;
  const polling = createPolling({
    clock,
    journal,
    lag,
    lagTicks: createLagTicks(clock, lag),
    lastReplies,
    log,
    publish: (collected) => tell((to) => to.onReply(collected)),
    bucket: capacity.bucket,
    maxInFlight: capacity.maxInFlight,
  });
  const lateTries = createLateTries(clock, polling, isWanted);
  const profileOf = (idOrTag: string) => options.profileOf(idOrTag);
  const isMine = options.isMine ?? (() => true);
  const roster = createRoster({ inventory, profileOf, isMine, pollIntervalS, transport, log });
  const scheduler = createRoundScheduler({
    clock,
    roster,
    log,
    isMine,
    onRefreshed: () => capacity.fit(roster.size),
    openRound,
  });
  const stopListening = inventory.onChange(() => scheduler.markInventoryChanged());

  /** A subscriber that throws must not stop the collection of the other sites: what it missed is in the journal. */
  function tell(report: (to: CollectorSubscriber) => void): void {
    if (subscriber === null) return;
    try {
      report(subscriber);
    } catch (error) {
      log.error({ error: String(error) }, "the subscriber of the collector threw");
    }
  }

  function openRound(slotMs: number, entries: readonly RoundEntry[]): void {
    const onEnd = (report: RoundReport): void => {
      for (const round of rounds) if (round.isOver()) rounds.delete(round);
      // All its sites went to other processes before they were polled.
      if (report.sites === 0) return;
      lastRound = report;
      roundsTotal += 1;
      tell((to) => to.onRound(report));
    };
    const round = runRound(slotMs, entries, { clock, polling, lateTries, isWanted, isMine, onEnd });
    if (!round.isOver()) rounds.add(round);
  }

  return {
    attach(next) {
      if (isClosed) throw new Error("the collector is closed");
      subscriber = next;
      for (const round of rounds) round.resume();
      scheduler.start();
      return () => {
        if (subscriber !== next) return;
        subscriber = null;
        scheduler.stop();
      };
    },
    watch(siteId, forS) {
      const site = roster.get(siteId);
      if (site === undefined) return;
      site.watchedUntilMs = clock.monotonicMs() + Math.min(Math.max(0, forS), WATCH_LIMIT_S) * 1000;
      scheduler.markWatch();
    },
    async pollNow(siteId) {
      const site = roster.get(siteId);
      return site !== undefined && isWanted() && isMine(siteId) ? pollBesideRound(site, clock, polling) : false;
    },
    factsOf(siteId) {
      const site = roster.get(siteId);
      return site === undefined ? null : factsOf(site);
    },
    lastReplyOf: (siteId) => lastReplies.get(siteId),
    isIdle: () => rounds.size === 0,
    stats: () => ({ polls: { ...polling.polls }, roundsTotal, lastRound, openSockets: transport.openSockets }),
    async close() {
      isClosed = true;
      stopListening();
      scheduler.stop();
      for (const round of rounds) round.cancel();
      await Promise.race([polling.settled(), new Promise<void>((resolve) => clock.after(ROUND_LIMIT_MS, resolve))]);
      subscriber = null;
      roster.closeAll();
    },
  };
}
