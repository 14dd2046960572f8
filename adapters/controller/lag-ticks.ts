import type { CancelTimer, Clock } from "../../domain/collection/clock.ts";
import { LAG_TICK_MS, type LoopLag, resumeLoopLag, tickLoopLag } from "../../domain/collection/loop-lag.ts";

/** The heartbeats by which the lag of the event loop is known. */
export type LagTicks = { begin(): void; end(): void };

/** Only while something is polled: ten wake-ups a second are a tenth of what a process costs that does nothing. */
export function createLagTicks(clock: Pick<Clock, "after" | "monotonicMs">, lag: LoopLag): LagTicks {
  let cancel: CancelTimer | null = null;

  function tick(): void {
    tickLoopLag(lag, clock.monotonicMs());
    cancel = clock.after(LAG_TICK_MS, tick);
  }

  return {
    begin() {
      resumeLoopLag(lag, clock.monotonicMs());
      cancel = clock.after(LAG_TICK_MS, tick);
    },
    end() {
      cancel?.();
      cancel = null;
    },
  };
}
