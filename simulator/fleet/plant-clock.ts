/** The plant's time: runs `speed` times as fast as real time and can be moved forwards. */
export type PlantClock = {
  /** Plant time, ms since the Unix epoch. */
  now: () => number;
  speed: () => number;
  setSpeed: (speed: number) => void;
  /** Moves the plant's time forwards by so many seconds at once. */
  advance: (seconds: number) => void;
  /** Step of the physics, s: 1, and 10 when the plant runs more than ten times as fast as real time. */
  stepS: () => number;
};

/** @param startMs plant time at start; @param monotonicMs a clock that never jumps, ms */
export function createPlantClock(startMs: number, speed: number, monotonicMs: () => number): PlantClock {
  let anchorPlant = startMs;
  let anchorReal = monotonicMs();
  let factor = speed;
  const now = () => anchorPlant + (monotonicMs() - anchorReal) * factor;
  const reanchor = (plantMs: number) => {
    anchorPlant = plantMs;
    anchorReal = monotonicMs();
  };
  return {
    now,
    speed: () => factor,
    setSpeed(next) {
      reanchor(now());
      factor = next;
    },
    advance(seconds) {
      reanchor(now() + seconds * 1000);
    },
    stepS: () => (factor > 10 ? 10 : 1),
  };
}
