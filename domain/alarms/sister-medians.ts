import { ENOUGH_SISTERS } from "../sites/sisters.ts";
import { quantileOf } from "../telemetry/quantiles.ts";
import type { Signal } from "./read-signal.ts";

/** What one site says about the compared signals. */
export type Member = { readonly circleId: string | null; readonly compared: readonly (number | null)[] };

/**
 * Medians by circle and signal. The site itself is among them: with four sites or more that moves a median by less than
 * one of their distances, and one figure serves a whole circle. Fewer sites have no median.
 */
export function sisterMedians(
  members: Iterable<Member>,
  signals: readonly Signal[],
): Record<string, Record<string, number>> {
  const values = new Map<string, number[][]>();
  for (const { circleId, compared } of members) {
    if (circleId === null) continue;
    let circle = values.get(circleId);
    if (circle === undefined) {
      circle = signals.map(() => []);
      values.set(circleId, circle);
    }
    for (let place = 0; place < signals.length; place++) {
      const value = compared[place] ?? null;
      if (value !== null) circle[place]?.push(value);
    }
  }
  const medians: Record<string, Record<string, number>> = {};
  for (const [circleId, circle] of values) {
    const entries = signals.flatMap((signal, place) => {
      const sorted = Float64Array.from(circle[place] ?? []).sort();
      const median = sorted.length > ENOUGH_SISTERS ? quantileOf(sorted, 0.5) : null;
      return median === null ? [] : [[signal, median] as const];
    });
    medians[circleId] = Object.fromEntries(entries);
  }
  return medians;
}
