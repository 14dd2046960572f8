import { afterFailure, afterLate, afterSkip, afterSuccess } from "../../domain/collection/circuit-breaker.ts";
import type { Clock } from "../../domain/collection/clock.ts";
import { createLane, type Lane } from "../../domain/collection/lane.ts";
import { p99Ms } from "../../domain/collection/latency-history.ts";
import type { LoopLag } from "../../domain/collection/loop-lag.ts";
import { type PollOutcome, type PollPlan, pollSite } from "../../domain/collection/poll-site.ts";
import { instantText, slotText } from "../../domain/collection/slots.ts";
import type { TokenBucket } from "../../domain/collection/token-bucket.ts";
import { firstTryMs, MAX_RETRIES, MAX_TRY_MS, probeMs } from "../../domain/collection/try-policy.ts";
import { packJournalBody } from "../../domain/telemetry/journal-body.ts";
import type { JournalAppender } from "../../domain/telemetry/journal-entry.ts";
import type { CollectedReply } from "./collector.ts";
import type { CollectorLog } from "./collector-options.ts";
import type { LagTicks } from "./lag-ticks.ts";
import type { LastReplies } from "./last-replies.ts";
import { SitePorts } from "./site-ports.ts";
import type { SiteRuntime } from "./site-runtime.ts";

/** All tries of a round, one short try for a suspect, or one try outside the round. */
export type PollMode = "poll" | "probe" | "late";

/** Suspects that are probed at once: more wait in line, and what would come too late is left for a later round [J]. */
const SUSPECT_PLACES = 256;

/** How single sites are polled and what follows from each outcome. */
export type Polling = {
  laneOf(mode: PollMode): Lane;
  /** Runs a poll with all that follows from it, so that `settled` can wait for it. Never rejects. */
  track(work: () => Promise<void>): Promise<void>;
  /** One request sequence; never rejects. The caller holds a place in the lane, and the site is not busy. */
  poll(site: SiteRuntime, mode: PollMode, deadlineMs: number): Promise<PollOutcome>;
  /** Journals a good reply, then publishes it. */
  keep(site: SiteRuntime, slotMs: number, isLate: boolean, outcome: GoodOutcome): Promise<void>;
  /** Counts a failed poll. `overloaded` is our own lateness and never held against the site. */
  countFailure(site: SiteRuntime, slotMs: number, outcome: BadOutcome, mode: PollMode): void;
  /** A round went by without a request to the site: its breaker is open, it was still busy, or we were late. */
  countUntried(site: SiteRuntime, slotMs: number, why: "skipped" | "late"): void;
  readonly polls: Readonly<Record<string, number>>;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
};
type GoodOutcome = Extract<PollOutcome, { ok: true }>;
export type BadOutcome = Extract<PollOutcome, { ok: false }>;

type PollingParts = {
  readonly clock: Clock;
  readonly journal: JournalAppender;
  readonly bucket: TokenBucket;
  readonly lag: LoopLag;
  readonly lagTicks: LagTicks;
  readonly lastReplies: LastReplies;
  readonly log: CollectorLog;
  readonly maxInFlight: number;
  publish(collected: CollectedReply): void;
};

export function createPolling(parts: PollingParts): Polling {
  const { clock, journal, lastReplies, log } = parts;
  const suspects = createLane(Math.max(16, Math.min(SUSPECT_PLACES, Math.floor(parts.maxInFlight / 4))));
  const healthy = createLane(Math.max(16, Math.floor((parts.maxInFlight * 3) / 4)));
  const polls: Record<string, number> = {};
  const portsBySite = new WeakMap<SiteRuntime, SitePorts>();
  let underWay = 0;
  let onSettled: (() => void)[] = [];

  function count(result: string): void {
    polls[result] = (polls[result] ?? 0) + 1;
  }

  function planOf(site: SiteRuntime, mode: PollMode, deadlineMs: number): PollPlan {
    const { requests, history } = site;
    const p99 = p99Ms(history);
    if (mode === "poll") {
      const first = (request: { readonly timeoutMs: number }): number => firstTryMs(p99, request.timeoutMs);
      return { requests, deadlineMs, firstTryMs: first, maxRetries: MAX_RETRIES };
    }
    const wholeMs = mode === "probe" ? probeMs(p99, requests.length) : MAX_TRY_MS;
    const shorterMs = Math.min(deadlineMs, clock.monotonicMs() + wholeMs);
    const untilEnd = mode === "probe" ? shorterMs : deadlineMs;
    return { requests, deadlineMs: untilEnd, firstTryMs: () => wholeMs, maxRetries: 0 };
  }

  function portsOf(site: SiteRuntime): SitePorts {
    const known = portsBySite.get(site);
    if (known !== undefined) return known;
    const ports = new SitePorts(site, parts);
    portsBySite.set(site, ports);
    return ports;
  }

  async function poll(site: SiteRuntime, mode: PollMode, deadlineMs: number): Promise<PollOutcome> {
    site.isBusy = true;
    try {
      return await pollSite(planOf(site, mode, deadlineMs), portsOf(site));
    } catch (error) {
      log.error({ siteId: site.siteId, error: String(error) }, "a poll broke off: a fault of the platform");
      return { ok: false, cause: "overloaded", isRetryable: false, attempts: 1 };
    } finally {
      site.isBusy = false;
    }
  }

  async function keep(site: SiteRuntime, slotMs: number, isLate: boolean, outcome: GoodOutcome): Promise<void> {
    const { texts, replies, failedRequests, attempts, latencyMs } = outcome;
    const { siteId } = site;
    site.contact = afterSuccess(site.contact);
    site.lastPoll = { slotMs, result: isLate ? "late" : "ok", attempts, latencyMs };
    count(isLate ? "late" : "ok");
    const slot = slotText(slotMs);
    const profile = site.profile.tag;
    const collectedAt = instantText(clock.wallMs());
    // Written out: a spread costs more than all else here.
    const reply = { siteId, slot, profile, collectedAt, attempts, latencyMs, isLate, failedRequests, replies };
    const entry = { siteId, slot, profile, body: packJournalBody(reply, texts) };
    lastReplies.put(entry);
    const journalId = await journal.append(entry);
    parts.publish({ reply, journalId, isReplay: false });
  }

  async function track(work: () => Promise<void>): Promise<void> {
    if (underWay === 0) parts.lagTicks.begin();
    underWay += 1;
    try {
      await work();
    } catch (error) {
      log.error({ error: String(error) }, "a poll broke off: a fault of the platform");
    }
    underWay -= 1;
    if (underWay > 0) return;
    parts.lagTicks.end();
    for (const resolve of onSettled) resolve();
    onSettled = [];
  }

  return {
    laneOf: (mode) => (mode === "probe" ? suspects : healthy),
    track,
    poll,
    keep,
    countFailure(site, slotMs, { cause, attempts }, mode) {
      count(cause);
      // A late try repeats a poll that was counted in its round.
      if (mode !== "late") {
        const isOurs = cause === "overloaded";
        site.contact = isOurs ? afterLate(site.contact) : afterFailure(site.contact, cause, clock.random());
      }
      site.lastPoll = { slotMs, result: cause, attempts, latencyMs: null };
    },
    countUntried(site, slotMs, why) {
      site.contact = why === "skipped" ? afterSkip(site.contact) : afterLate(site.contact);
      const result = why === "skipped" ? (site.contact.lastCause ?? "late") : "late";
      site.lastPoll = { slotMs, result, attempts: 0, latencyMs: null };
    },
    polls,
    settled() {
      return underWay === 0 ? Promise.resolve() : new Promise((resolve) => onSettled.push(resolve));
    },
  };
}
