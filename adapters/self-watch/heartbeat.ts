import type { Log } from "../../domain/log.ts";
import { seldom } from "../../domain/seldom.ts";

/** How one beat went; `delivered`: the outside address took it. */
type BeatOutcome = { readonly outcome: string; readonly status: number | null };

export interface Heartbeat {
  /** Since when no beat was taken, ms since the epoch. Null: the last one was, or none is due. */
  failingSinceMs(): number | null;
  /** Ends what is under way. */
  stop(): void;
}

export type HeartbeatOptions = {
  readonly intervalS: number;
  /** Calls the outside address once; never throws. Whoever gives it knows the address: here it is not to be found. */
  readonly beat: (signal: AbortSignal) => Promise<BeatOutcome>;
  /** False: no beat, so that the outside watch notices. */
  readonly isWell: () => boolean;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly log: Log;
};

const COMPLAIN_EVERY_MS = 600_000;

/** A dead man's switch: an outside address hears from us as long as rounds are judged and stored, and calls people when it does not. */
export function startHeartbeat({ intervalS, beat, isWell, clock, log }: HeartbeatOptions): Heartbeat {
  const stopping = new AbortController();
  let failingSinceMs: number | null = null;
  let isUnderWay = false;
  const mayComplain = seldom(COMPLAIN_EVERY_MS, () => performance.now());

  async function once(): Promise<void> {
    const { outcome, status } = await beat(stopping.signal);
    if (stopping.signal.aborted) return;
    if (outcome === "delivered") {
      failingSinceMs = null;
      return;
    }
    failingSinceMs ??= clock();
    if (mayComplain()) log.warn({ outcome, status }, "the outside address did not take the heartbeat");
  }

  const timer = setInterval(() => {
    // What is held back on purpose does not fail.
    if (!isWell()) failingSinceMs = null;
    else if (!isUnderWay) {
      isUnderWay = true;
      void once().finally(() => {
        isUnderWay = false;
      });
    }
  }, intervalS * 1000);
  timer.unref();

  return {
    failingSinceMs: () => failingSinceMs,
    stop() {
      clearInterval(timer);
      stopping.abort();
    },
  };
}
