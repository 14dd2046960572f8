import type { Clock } from "../../domain/collection/clock.ts";
import { intervalInForceMs, slotAt } from "../../domain/collection/slots.ts";
import { MAX_TRY_MS } from "../../domain/collection/try-policy.ts";
import type { Polling } from "./polling.ts";
import type { SiteRuntime } from "./site-runtime.ts";

/**
 * One poll outside of the rounds, in the slot of a watched site, which is a short one: so the reading is newer than that of
 * the running round. A poll that is under way is as good.
 *
 * @returns whether a reply was kept, or is on its way
 */
export function pollBesideRound(site: SiteRuntime, clock: Clock, polling: Polling): Promise<boolean> {
  const lane = polling.laneOf("late");
  return new Promise((resolve) => {
    lane.enter(() => {
      if (site.isBusy || site.isRetired || site.intervalMs === 0) {
        lane.leave();
        return resolve(site.isBusy);
      }
      let isKept = false;
      const work = async (): Promise<void> => {
        const slotMs = slotAt(clock.wallMs(), intervalInForceMs(null, site.intervalMs / 1000, true));
        const outcome = await polling.poll(site, "late", clock.monotonicMs() + MAX_TRY_MS);
        if (!outcome.ok) return polling.countFailure(site, slotMs, outcome, "late");
        // The watch that follows begins with the next slot: of this one a reading is there.
        site.lastSlotMs = Math.max(site.lastSlotMs ?? slotMs, slotMs);
        await polling.keep(site, slotMs, false, outcome);
        isKept = true;
      };
      void polling.track(work).then(() => {
        lane.leave();
        resolve(isKept);
      });
    });
  });
}
