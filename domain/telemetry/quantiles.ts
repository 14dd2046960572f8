/**
 * A quantile of sorted numbers, between two of them by straight line (the `percentile_cont` of SQL).
 *
 * @param share 0 to 1; 0.5 is the median
 * @returns null for no numbers
 */
export function quantileOf(sorted: ArrayLike<number>, share: number): number | null {
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)];
  const high = sorted[Math.ceil(place)];
  if (low === undefined || high === undefined) return null;
  return low + (high - low) * (place - Math.floor(place));
}

/** Median and quartiles at each moment. */
export type Quartiles = {
  readonly median: (number | null)[];
  readonly p25: (number | null)[];
  readonly p75: (number | null)[];
};

/**
 * Median and quartiles over several series on one grid; `null` where none of them has a value.
 *
 * @param series each of this length
 */
export function quartilesOver(series: readonly (readonly (number | null)[])[], length: number): Quartiles {
  const quartiles: Quartiles = { median: [], p25: [], p75: [] };
  const found = new Float64Array(series.length);
  for (let place = 0; place < length; place += 1) {
    let count = 0;
    for (const values of series) {
      const value = values[place];
      if (typeof value === "number") found[count++] = value;
    }
    const sorted = found.subarray(0, count).sort();
    quartiles.p25.push(quantileOf(sorted, 0.25));
    quartiles.median.push(quantileOf(sorted, 0.5));
    quartiles.p75.push(quantileOf(sorted, 0.75));
  }
  return quartiles;
}
