import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { Collector, PollFacts } from "./adapters/controller/collector.ts";
import type { DistantPolling } from "./adapters/controller/distant-collector.ts";
import type { Inventory } from "./adapters/inventory/inventory.ts";
import type { CollectorShare } from "./adapters/leases/collector-share.ts";
import type { ProcessIdentity } from "./adapters/leases/process-identity.ts";
import type { LatestMirror } from "./adapters/live/create-live-state.ts";
import { type LiveFeedOptions, startLiveFeed } from "./adapters/live/live-feed.ts";
import type { LiveState } from "./adapters/live/live-state.ts";
import { createRoundJoiner } from "./adapters/live/round-joiner.ts";
import { type AlarmQueue, type AlarmQueueOptions, createAlarmQueue } from "./adapters/redis/alarm-queue.ts";
import { listenForDoorbell, ringDoorbell } from "./adapters/redis/doorbell.ts";
import { createLatestMirror } from "./adapters/redis/latest-mirror.ts";
import { createLiveBus, type LiveBus } from "./adapters/redis/live-bus.ts";
import { createOnlineSet } from "./adapters/redis/online-set.ts";
import { readLatestFromRedis } from "./adapters/redis/read-latest.ts";
import { connectRedis, type RedisConnection } from "./adapters/redis/redis-connection.ts";
import type { OnlineExchange } from "./domain/access/online-session.ts";
import type { BackendAccess } from "./domain/backend-access.ts";
import type { RoundReport } from "./domain/collection/round-report.ts";
import { seldom } from "./domain/seldom.ts";
import { ControllerReply } from "./domain/telemetry/controller-reply.ts";
import { hideAddresses } from "./domain/telemetry/hide-addresses.ts";

/** How long a page waits for a raw reply that another process has. */
const REPLY_WITHIN_MS = 1_500;
/** Collectors that say nothing for so many rounds are not heard, whatever the connection says. */
const SILENT_ROUNDS = 2;
const SILENCE_MARGIN_MS = 10_000;

export type FleetOptions = {
  readonly redisUrl: string | null;
  readonly redisAccess: BackendAccess;
  readonly identity: ProcessIdentity;
  readonly inventory: Inventory;
  /** The sites that this process polls; null when it polls none. */
  readonly share: CollectorShare | null;
  /** Screens are served here. */
  readonly shows: boolean;
  readonly pollIntervalS: number;
  readonly readStored: LiveFeedOptions["readStored"];
  readonly log: Logger;
};

/** How this process and others make one platform: who shows what others collect. Everything in it is disposable. */
export type Fleet = {
  /** Takes the latest state to Redis; null when there is none, or this process collects nothing. */
  readonly mirror: LatestMirror | null;
  readonly redisState: () => "in_process" | "connected" | "unreachable";
  /** What others tell of the sites that they poll; null without Redis. */
  readonly distant: DistantPolling | null;
  /** Who is on line in the other processes; null without Redis. */
  readonly onlineExchange: OnlineExchange | null;
  /** Shows other programs which alarms want somebody; null without Redis. */
  alarmQueue(options: Omit<AlarmQueueOptions, "connection">): AlarmQueue | null;
  /** The live state as the flow sees it: what is put into it goes to the other processes too. */
  connect(liveState: LiveState, collector: Collector): LiveState;
  /** A command has come into the queue of a site that another process commands. */
  ringDoorbell(siteId: string, commandId: string): void;
  /** Called when that may have happened to one of the sites of this process. */
  answerDoorbell(onRing: () => void): void;
  close(): void;
};

export function createFleet(options: FleetOptions): Fleet {
  const { redisUrl, redisAccess, identity, inventory, share, shows, log } = options;
  const redis = redisUrl === null ? null : connectRedis(redisUrl, redisFaultLog(log), redisAccess);
  const ear = redisUrl === null || !(shows || share) ? null : connectRedis(redisUrl, () => undefined, redisAccess);
  const bus = redis === null ? null : createLiveBus({ speaker: redis, ear, origin: identity.holder, log });
  const closers: (() => void)[] = [];

  return {
    mirror: redis && bus && share ? createMirror(redis, bus, inventory, share) : null,
    redisState: () => redis?.state() ?? "in_process",
    distant: bus && shows ? listenToPolling(bus) : null,
    onlineExchange: redis && shows ? createOnlineSet(redis, Date.now) : null,
    alarmQueue: (given) => (redis && shows ? createAlarmQueue({ connection: redis, ...given }) : null),
    ringDoorbell(siteId, commandId) {
      if (redis) ringDoorbell(redis, siteId, commandId);
    },
    answerDoorbell(onRing) {
      if (redisUrl === null || share === null) return;
      const connection = connectRedis(redisUrl, () => undefined, redisAccess);
      const siteIds = () => inventory.all().flatMap(({ id }) => (share.isMine(id) ? [id] : []));
      closers.push(listenForDoorbell({ connection, siteIds, onRing }), connection.close);
    },
    connect(liveState, collector) {
      const expectedSites = countEnabled(inventory);
      const joiner = createRoundJoiner({
        expectedSites: () => (share?.isWhole() ? 0 : expectedSites()),
        emit: (report) => liveState.applyRound(report),
      });
      closers.push(joiner.close);
      if (bus && share) answerOthers(bus, collector);
      if (shows) closers.push(followOthers(options, bus, redis, liveState, joiner.add));
      return {
        ...liveState,
        applyRound(report) {
          joiner.add(identity.holder, report);
          if (!bus) return;
          bus.publish("rounds", report);
          bus.publishTexts("facts", factsOf(report, inventory, collector));
        },
      };
    },
    close() {
      for (const close of closers) close();
      bus?.close();
      ear?.close();
      redis?.close();
    },
  };
}

function createMirror(redis: RedisConnection, bus: LiveBus, inventory: Inventory, share: CollectorShare): LatestMirror {
  return createLatestMirror(redis, {
    isMine: share.isMine,
    isKnown: (siteId) => inventory.get(siteId) !== undefined,
    publish: (texts) => bus.publishTexts("snapshots", texts),
  });
}

/** Counted anew after a change only: it is asked with every report of a round. */
function countEnabled(inventory: Inventory): () => number {
  let known: { readonly sites: ReturnType<Inventory["all"]>; readonly count: number } | null = null;
  return () => {
    const sites = inventory.all();
    if (known?.sites !== sites) known = { sites, count: sites.filter(({ enabled }) => enabled).length };
    return known.count;
  };
}

/** The facts of the sites of a round, as JSON. */
function factsOf(report: RoundReport, inventory: Inventory, collector: Collector): string[] {
  return inventory.all().flatMap(({ id }) => {
    const facts = collector.factsOf(id);
    return facts?.slot === report.slot ? [JSON.stringify(facts)] : [];
  });
}

/** What pages of other processes want of the sites that are polled here. */
function answerOthers(bus: LiveBus, collector: Collector): void {
  bus.listen("watch", ({ siteId, forS }) => collector.watch(siteId, forS));
  bus.listen("ask", ({ id, siteId }) => {
    const reply = collector.lastReplyOf(siteId);
    if (reply) bus.publish("answer", { id, reply: ControllerReply.parse(hideAddresses(reply)) });
  });
}

/** @returns stop */
function followOthers(
  { share, pollIntervalS, readStored, log }: FleetOptions,
  bus: LiveBus | null,
  redis: RedisConnection | null,
  liveState: LiveState,
  addRound: (source: string, report: RoundReport) => void,
): () => void {
  const patienceMs = SILENT_ROUNDS * pollIntervalS * 1000 + SILENCE_MARGIN_MS;
  let heardAtMs = performance.now();
  const isHearing = (): boolean => bus?.isHearing() === true && performance.now() - heardAtMs < patienceMs;
  const feed = startLiveFeed({
    liveState,
    isHearing: () => share?.isWhole() === true || isHearing(),
    readLatest: () => (redis ? readLatestFromRedis(redis) : Promise.resolve([])),
    readStored,
    log,
  });
  bus?.listen("snapshots", (snapshots) => {
    heardAtMs = performance.now();
    for (const snapshot of snapshots) liveState.apply(snapshot);
  });
  bus?.listen("rounds", (report, from) => {
    heardAtMs = performance.now();
    addRound(from, report);
  });
  bus?.onGap(feed.refill);
  return feed.close;
}

/** What other processes tell of their polling, and how to ask for more. */
function listenToPolling(bus: LiveBus): DistantPolling {
  const facts = new Map<string, PollFacts>();
  const waiting = new Map<string, (reply: ControllerReply) => void>();
  bus.listen("facts", (all) => {
    for (const one of all) facts.set(one.siteId, one);
  });
  bus.listen("answer", ({ id, reply }) => waiting.get(id)?.(reply));
  return {
    watch: (siteId, forS) => bus.publish("watch", { siteId, forS }),
    factsOf: (siteId) => facts.get(siteId) ?? null,
    replyOf(siteId) {
      const id = randomUUID();
      const answer = Promise.withResolvers<ControllerReply | null>();
      const timer = setTimeout(() => answer.resolve(null), REPLY_WITHIN_MS);
      waiting.set(id, answer.resolve);
      bus.publish("ask", { id, siteId });
      return answer.promise.finally(() => {
        clearTimeout(timer);
        waiting.delete(id);
      });
    },
  };
}

/** An unreachable Redis tries again all the time: one line a minute is enough. */
function redisFaultLog(log: Logger): (code: string) => void {
  const mayComplain = seldom(60_000, () => performance.now());
  return (code) => {
    if (mayComplain()) log.warn({ code }, "redis cannot be reached; nothing is lost, other programs see old values");
  };
}
