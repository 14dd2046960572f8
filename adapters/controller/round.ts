import { roundAction } from "../../domain/collection/circuit-breaker.ts";
import type { CancelTimer, Clock } from "../../domain/collection/clock.ts";
import { roundBudget } from "../../domain/collection/round-budget.ts";
import type { RoundReport } from "../../domain/collection/round-report.ts";
import { createRoundTally, type RoundTally, type SiteVerdict } from "../../domain/collection/round-tally.ts";
import { LEAST_LEFT_MS } from "../../domain/collection/try-policy.ts";
import type { LateTries } from "./late-tries.ts";
import type { Polling, PollMode } from "./polling.ts";
import type { SiteRuntime } from "./site-runtime.ts";

/** One site's place in a round. Monotonic. */
export type RoundEntry = { readonly site: SiteRuntime; readonly startMs: number; readonly nextStartMs: number };

/** One slot with the sites that are due in it. */
export type Round = {
  /** Goes on with sites that were not started while nobody was there to take what is collected. */
  resume(): void;
  /** Starts no further site; closes at its time. */
  cancel(): void;
  isOver(): boolean;
};

type RoundParts = {
  readonly clock: Clock;
  readonly polling: Polling;
  readonly lateTries: LateTries;
  isWanted(): boolean;
  isMine(siteId: string): boolean;
  onEnd(report: RoundReport): void;
};

/** Starts that fall into so much time share a timer. */
const START_STEP_MS = 10;
/** After so many starts the loop is let go on: 1,000 in one go held it for 90 ms. */
const START_SLICE = 100;

/**
 * Runs one round: starts each site at its time, gives each a verdict, and ends with the last one, or by its own timer
 * when a verdict is still open at the close. Replies are published one by one as soon as they are journalled.
 *
 * @param entries in order of start; at least one
 */
export function runRound(slotMs: number, entries: readonly RoundEntry[], parts: RoundParts): Round {
  const { clock, polling, lateTries } = parts;
  const startedMs = clock.monotonicMs();
  const tally: RoundTally = createRoundTally(
    slotMs,
    clock.wallMs(),
    entries.map(({ site }) => site.siteId),
  );
  let next = 0;
  let keeping = 0;
  let lastVerdictMs = startedMs;
  let cancelStart: CancelTimer | null = null;

  const closesMs = entries.reduce((latest, entry) => Math.max(latest, closeOf(entry)), startedMs);
  const cancelClose = clock.after(closesMs - startedMs, () => end(clock.monotonicMs()));

  function startDue(): void {
    cancelStart?.();
    cancelStart = null;
    const untilMs = clock.monotonicMs() + START_STEP_MS / 2;
    const sliceEnd = next + START_SLICE;
    for (let entry = entries[next]; entry !== undefined && parts.isWanted(); entry = entries[next]) {
      if (entry.startMs > untilMs) {
        cancelStart = clock.after(Math.max(START_STEP_MS, entry.startMs - untilMs), startDue);
        return;
      }
      if (next === sliceEnd) {
        cancelStart = clock.after(0, startDue);
        return;
      }
      next += 1;
      start(entry);
    }
  }

  function start(entry: RoundEntry): void {
    const { site } = entry;
    const action = roundAction(site.contact);
    if (leaveIfGone(site)) return;
    if (site.isBusy || action === "skip") {
      leaveUntried(site, site.isBusy ? "late" : "skipped");
      return;
    }
    site.cancelLateTry?.();
    site.cancelLateTry = null;
    const lane = polling.laneOf(action);
    lane.enter(() => {
      if (leaveIfGone(site)) {
        lane.leave();
        return endIfComplete();
      }
      const deadlineMs = entry.startMs + roundBudget(entry.nextStartMs - entry.startMs).siteBudgetMs;
      const isTooLate = deadlineMs - clock.monotonicMs() < LEAST_LEFT_MS;
      if (isTooLate || site.isBusy || tally.isClosed) {
        leaveUntried(site, action === "probe" ? "skipped" : "late");
        return lane.leave();
      }
      void polling.track(() => pollInRound(entry, action, deadlineMs, lane.leave));
    });
  }

  async function pollInRound(entry: RoundEntry, mode: PollMode, deadlineMs: number, leave: () => void): Promise<void> {
    const { site } = entry;
    const outcome = await polling.poll(site, mode, deadlineMs);
    leave();
    const isLate = tally.isClosed;
    if (outcome.ok) {
      keeping += 1;
      decide(site, { kind: "ok", latencyMs: outcome.latencyMs });
      await polling.keep(site, slotMs, isLate, outcome);
      keeping -= 1;
    } else if (site.isRetired) {
      tally.withdraw(site.siteId);
    } else {
      polling.countFailure(site, slotMs, outcome, mode);
      const { cause } = outcome;
      decide(site, cause === "overloaded" ? { kind: "late" } : { kind: "failed", cause, isSkipped: false });
      const missed = { slotMs, roundClosesMs: closeOf(entry), nextStartMs: entry.nextStartMs };
      lateTries.schedule(site, missed, outcome);
    }
    endIfComplete();
  }

  /** Another process polls it by now, or it is no longer in the inventory. */
  function leaveIfGone({ siteId, isRetired }: SiteRuntime): boolean {
    if (!isRetired && parts.isMine(siteId)) return false;
    tally.withdraw(siteId);
    return true;
  }

  function leaveUntried(site: SiteRuntime, why: "skipped" | "late"): void {
    const cause = site.contact.lastCause;
    polling.countUntried(site, slotMs, why);
    const isSkipped = why === "skipped" && cause !== null;
    decide(site, isSkipped ? { kind: "failed", cause, isSkipped } : { kind: "late" });
  }

  function decide(site: SiteRuntime, verdict: SiteVerdict): void {
    if (tally.add(site.siteId, verdict)) lastVerdictMs = clock.monotonicMs();
  }

  function endIfComplete(): void {
    if (tally.isComplete() && keeping === 0) end(lastVerdictMs);
  }

  function end(endedMs: number): void {
    if (tally.isClosed) return;
    cancelClose();
    cancelStart?.();
    // Sites that were never started may still be polled in this slot when somebody takes the data again.
    for (const { site } of entries.slice(next)) site.lastSlotMs = null;
    parts.onEnd(tally.close(endedMs - startedMs));
  }

  function resume(): void {
    startDue();
    endIfComplete();
  }

  resume();
  return { resume, cancel: () => cancelStart?.(), isOver: () => tally.isClosed };
}

function closeOf({ startMs, nextStartMs }: RoundEntry): number {
  return startMs + roundBudget(nextStartMs - startMs).closesAfterMs;
}
