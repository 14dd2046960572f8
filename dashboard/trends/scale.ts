/** An axis with round ends: `min` and `max` are multiples of `step`. */
export type Scale = { readonly min: number; readonly max: number; readonly step: number };

type Extent = { readonly min: number; readonly max: number };

/** Round steps people can count in. */
const ROUND = [1, 2, 2.5, 5, 10] as const;

/**
 * @param ticks about how many steps to have
 * @param decimals of the point: an axis finer than its readings would invent digits
 */
export function niceScale(extent: Extent, ticks: number, decimals: number): Scale {
  const least = 10 ** -decimals;
  const middle = (extent.min + extent.max) / 2;
  const span = Math.max(extent.max - extent.min, least * 4, Math.abs(middle) * 1e-4);
  const rough = span / Math.max(1, ticks);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(least, (ROUND.find((round) => round * power >= rough * 0.999) ?? 10) * power);
  const low = Math.min(extent.min, middle - span / 2);
  const high = Math.max(extent.max, middle + span / 2);
  return {
    min: tidy(Math.floor(low / step + 1e-9) * step),
    max: tidy(Math.ceil(high / step - 1e-9) * step),
    step: tidy(step),
  };
}

/** Null when there is no number at all. */
export function extentOf(columns: Iterable<readonly (number | null)[]>): Extent | null {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const column of columns) {
    for (const value of column) {
      if (value === null) continue;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return min <= max ? { min, max } : null;
}

/**
 * Room for the edges of the usual band where the readings come near them. A band far away is left out: it would press the
 * line flat.
 */
export function withBandEdges(extent: Extent, band: readonly [number | null, number | null]): Extent {
  const reach = Math.max(extent.max - extent.min, Math.abs(extent.max) * 0.02) * 1.2;
  let { min, max } = extent;
  for (const edge of band) {
    if (edge === null) continue;
    if (edge < min && edge >= extent.min - reach) min = edge;
    if (edge > max && edge <= extent.max + reach) max = edge;
  }
  return { min, max };
}

/** Without the noise of floating point: 0.30000000000000004 is 0.3. */
const tidy = (value: number): number => Number(value.toPrecision(12));
