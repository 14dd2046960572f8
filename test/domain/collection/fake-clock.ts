import type { Clock } from "../../../domain/collection/clock.ts";

/** A clock that moves only when it is told to, and then fires its timers in order, each at its own time. */
export type FakeClock = Clock & {
  /** Moves on, letting promises settle between timers. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock alone, as an administrator or NTP does. */
  stepWall(ms: number): void;
  /** Moves both clocks without firing anything: the event loop stood still. */
  block(ms: number): void;
  /** How many timers wait. */
  waiting(): number;
};

type Timer = { readonly atMs: number; readonly order: number; readonly callback: () => void };

export function createFakeClock(wallStartMs: number, seed = 1): FakeClock {
  let nowMs = 1000;
  let wallOffsetMs = wallStartMs - nowMs;
  let order = 0;
  let state = seed;
  const timers = new Set<Timer>();

  function nextTimer(untilMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) {
      const isEarlier = !next || timer.atMs < next.atMs || (timer.atMs === next.atMs && timer.order < next.order);
      if (timer.atMs <= untilMs && isEarlier) next = timer;
    }
    return next;
  }

  async function settle(): Promise<void> {
    for (let i = 0; i < 30; i += 1) await Promise.resolve();
  }

  return {
    wallMs: () => nowMs + wallOffsetMs,
    monotonicMs: () => nowMs,
    after(delayMs, callback) {
      const timer = { atMs: nowMs + Math.max(0, delayMs), order: order++, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    random() {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    },
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settle();
      for (let timer = nextTimer(untilMs); timer; timer = nextTimer(untilMs)) {
        timers.delete(timer);
        nowMs = Math.max(nowMs, timer.atMs);
        timer.callback();
        await settle();
      }
      nowMs = Math.max(nowMs, untilMs);
    },
    stepWall(ms) {
      wallOffsetMs += ms;
    },
    block(ms) {
      nowMs += ms;
    },
    waiting: () => timers.size,
  };
}
