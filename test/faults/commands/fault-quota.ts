import type { ArmedFault, FaultAct } from "./fault-points.ts";

/** Which faults are still to come, and what has come, by point. */
export type FaultQuota = {
  /** The next one to order; null when all have come. A point that was not passed comes round again. */
  next(): ArmedFault | null;
  count(fault: ArmedFault): void;
  readonly left: () => number;
  /** How often each has come, such as `kill sent:after`. */
  readonly came: ReadonlyMap<string, number>;
};

/** So many faults of each act, spread evenly over the points. */
export function createFaultQuota(points: readonly string[], wanted: Readonly<Record<FaultAct, number>>): FaultQuota {
  const came = new Map<string, number>();
  const of = (act: FaultAct) => points.reduce((sum, point) => sum + (came.get(`${act} ${point}`) ?? 0), 0);
  const tried = new Map<string, number>();
  return {
    next() {
      const left = (["kill", "stop"] as const).filter((act) => of(act) < wanted[act]);
      if (left.length === 0) return null;
      // Stops are fewer: spread among the kills in their proportion.
      const share = (act: FaultAct) => of(act) / Math.max(1, wanted[act]);
      const act = left.toSorted((a, b) => share(a) - share(b))[0] ?? "kill";
      const tries = (point: string) => tried.get(`${act} ${point}`) ?? 0;
      const point = points.toSorted((a, b) => tries(a) - tries(b))[0] ?? "";
      tried.set(`${act} ${point}`, tries(point) + 1);
      return { act, point };
    },
    count({ act, point }) {
      came.set(`${act} ${point}`, (came.get(`${act} ${point}`) ?? 0) + 1);
    },
    left: () => Math.max(0, wanted.kill - of("kill")) + Math.max(0, wanted.stop - of("stop")),
    came,
  };
}
