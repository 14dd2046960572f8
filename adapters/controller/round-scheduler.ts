import type { CancelTimer, Clock } from "../../domain/collection/clock.ts";
import { leastUsefulMs } from "../../domain/collection/round-budget.ts";
import { judgeSlot, nextSlotAfter, slotAt, slotText } from "../../domain/collection/slots.ts";
import type { CollectorLog } from "./collector-options.ts";
import type { Cohort, Roster } from "./roster.ts";
import type { RoundEntry } from "./round.ts";
import type { SiteRuntime } from "./site-runtime.ts";

/** The wall clock is looked at this often at least, so that a stepped clock or a new inventory is noticed. */
const LONGEST_WAIT_MS = 1000;
/** A slot found this late is caught up: the spread of its starts is pressed into what is left. */
const ON_TIME_MS = 1000;

type RoundScheduler = {
  start(): void;
  stop(): void;
  /** The inventory changed: taken over with the next look at the clock. */
  markInventoryChanged(): void;
  /** A watch began. */
  markWatch(): void;
};

type SchedulerParts = {
  readonly clock: Clock;
  readonly roster: Roster;
  readonly log: CollectorLog;
  isMine(siteId: string): boolean;
  /** The roster took over a new inventory. */
  onRefreshed(): void;
  openRound(slotMs: number, entries: readonly RoundEntry[]): void;
};

/** Finds out which slots are due and opens a round for each. It adds no times up, so nothing drifts. */
export function createRoundScheduler(parts: SchedulerParts): RoundScheduler {
  const { clock, roster, log, isMine, onRefreshed, openRound } = parts;
  let cancelWake: CancelTimer | null = null;
  let isRunning = false;
  let cohorts: readonly Cohort[] = [];
  let seen = new Map<number, number>();
  let isInventoryStale = true;
  let areCohortsStale = true;
  let watchEndsMs = Number.POSITIVE_INFINITY;

  function wake(): void {
    renewCohorts();
    const wallMs = clock.wallMs();
    const bySlot = new Map<number, RoundEntry[]>();
    for (const cohort of cohorts) collectDue(cohort, wallMs, bySlot);
    for (const [slotMs, entries] of bySlot)
      openRound(
        slotMs,
        entries.sort((a, b) => a.startMs - b.startMs),
      );
    if (isRunning) cancelWake = clock.after(waitMs(clock.wallMs()), wake);
  }

  function waitMs(wallMs: number): number {
    const untilSlot = cohorts.map(({ intervalMs }) => nextSlotAfter(wallMs, intervalMs) - wallMs);
    return Math.max(1, Math.min(LONGEST_WAIT_MS, ...untilSlot));
  }

  function renewCohorts(): void {
    const nowMs = clock.monotonicMs();
    if (nowMs >= watchEndsMs) areCohortsStale = true;
    if (!isInventoryStale && !areCohortsStale) return;
    if (isInventoryStale) {
      roster.refresh();
      onRefreshed();
    }
    cohorts = roster.cohorts(nowMs);
    seen = new Map();
    isInventoryStale = false;
    areCohortsStale = false;
    watchEndsMs = roster.nextWatchEndMs(nowMs);
  }

  function collectDue({ intervalMs, sites }: Cohort, wallMs: number, bySlot: Map<number, RoundEntry[]>): void {
    const slotMs = slotAt(wallMs, intervalMs);
    if (seen.get(intervalMs) === slotMs) return;
    seen.set(intervalMs, slotMs);
    const leftMs = slotMs + intervalMs - wallMs;
    if (leftMs < leastUsefulMs(intervalMs)) return;
    const nowMs = clock.monotonicMs();
    const pressed = wallMs - slotMs < ON_TIME_MS ? 1 : leftMs / intervalMs;
    const entries = bySlot.get(slotMs) ?? [];
    for (const site of takeDue(sites, wallMs, slotMs)) {
      entries.push({ site, startMs: nowMs + site.offsetMs * pressed, nextStartMs: nowMs + leftMs + site.offsetMs });
    }
    if (entries.length > 0) bySlot.set(slotMs, entries);
  }

  /** The sites that were not polled in this slot; they count as polled from here on. One that another process has waits. */
  function takeDue(sites: readonly SiteRuntime[], wallMs: number, slotMs: number): SiteRuntime[] {
    let goneBack = 0;
    const due = sites.filter((site) => {
      const { isDue, hasClockGoneBack } = judgeSlot(wallMs, site.intervalMs, site.lastSlotMs);
      if (!isDue || !isMine(site.siteId)) return false;
      if (hasClockGoneBack) goneBack += 1;
      site.lastSlotMs = slotMs;
      return true;
    });
    if (goneBack > 0) log.warn({ sites: goneBack, slot: slotText(slotMs) }, "the wall clock was set back");
    return due;
  }

  return {
    start() {
      isRunning = true;
      areCohortsStale = true;
      cancelWake?.();
      wake();
    },
    stop() {
      isRunning = false;
      cancelWake?.();
      cancelWake = null;
    },
    markInventoryChanged() {
      isInventoryStale = true;
    },
    markWatch() {
      areCohortsStale = true;
    },
  };
}
