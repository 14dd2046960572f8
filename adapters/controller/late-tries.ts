import type { Clock } from "../../domain/collection/clock.ts";
import { deservesLateTry, lateTry } from "../../domain/collection/late-retry.ts";
import type { BadOutcome, Polling } from "./polling.ts";
import type { SiteRuntime } from "./site-runtime.ts";

/** The round that a site missed. Times on the monotonic clock. */
type MissedSlot = { readonly slotMs: number; readonly roundClosesMs: number; readonly nextStartMs: number };

export type LateTries = {
  /** Tries again outside the round, with back-off, until just before the site's next slot. */
  schedule(site: SiteRuntime, missed: MissedSlot, outcome: Pick<BadOutcome, "cause" | "isRetryable">): void;
};

/** @param isWanted false while nobody takes what is collected */
export function createLateTries(clock: Clock, polling: Polling, isWanted: () => boolean): LateTries {
  function scheduleNext(site: SiteRuntime, missed: MissedSlot, tried: number): void {
    if (site.isRetired) return;
    const nowMs = clock.monotonicMs();
    const next = lateTry({ nowMs, ...missed, intervalMs: site.intervalMs, tried }, clock.random());
    if (next === null) return;
    site.cancelLateTry?.();
    site.cancelLateTry = clock.after(next.delayMs, () => {
      site.cancelLateTry = null;
      if (isWanted() && !site.isBusy) enter(site, missed, tried);
    });
  }

  function enter(site: SiteRuntime, missed: MissedSlot, tried: number): void {
    const lane = polling.laneOf("probe");
    lane.enter(() => {
      const deadlineMs = lateDeadline(missed, clock.monotonicMs());
      if (deadlineMs === null || site.isBusy) return lane.leave();
      polling.track(() => tryOnce(site, missed, tried, deadlineMs)).then(lane.leave, lane.leave);
    });
  }

  async function tryOnce(site: SiteRuntime, missed: MissedSlot, tried: number, deadlineMs: number): Promise<void> {
    const outcome = await polling.poll(site, "late", deadlineMs);
    if (outcome.ok) {
      await polling.keep(site, missed.slotMs, true, outcome);
      return;
    }
    polling.countFailure(site, missed.slotMs, outcome, "late");
    if (deservesLateTry(site.contact, outcome.cause, outcome.isRetryable, tried + 1)) {
      scheduleNext(site, missed, tried + 1);
    }
  }

  return {
    schedule(site, missed, { cause, isRetryable }) {
      if (deservesLateTry(site.contact, cause, isRetryable, 0)) scheduleNext(site, missed, 0);
    },
  };
}

/** A late poll ends before the site's next start, and lasts no longer than a round. */
function lateDeadline({ nextStartMs }: MissedSlot, nowMs: number): number | null {
  const deadlineMs = Math.min(nextStartMs - 100, nowMs + 4500);
  return deadlineMs - nowMs < 250 ? null : deadlineMs;
}
