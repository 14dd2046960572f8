/** The server's time, carried on by a clock that nobody sets: ages stay right when the browser's own clock is wrong. */
export type ServerClock = {
  /** Takes the time of a frame that has just arrived, milliseconds since the Unix epoch. */
  hear(atMs: number): void;
  /** The browser's own time until a frame was heard. */
  nowMs(): number;
  lastHeardMs(): number | null;
};

/** @param monotonicMs such as `performance.now` */
export function createServerClock(monotonicMs: () => number): ServerClock {
  let heard: { readonly atMs: number; readonly monotonicMs: number } | null = null;
  return {
    hear(atMs) {
      if (Number.isFinite(atMs)) heard = { atMs, monotonicMs: monotonicMs() };
    },
    nowMs: () => (heard ? heard.atMs + (monotonicMs() - heard.monotonicMs) : Date.now()),
    lastHeardMs: () => heard?.atMs ?? null,
  };
}
