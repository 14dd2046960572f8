export type BandScale = {
  readonly from: number;
  readonly to: number;
  readonly bandFrom: number;
  readonly bandTo: number;
};

type Range = readonly [number | null, number | null];

/** Room beside the usual band, as a share of its width: enough to see how far outside a reading is. */
const MARGIN = 0.75;

/**
 * The stretch of the axis that an indicator shows. An open side of the band ends at the hard limit, or, without one, as
 * far from the closed side as that is from zero.
 */
export function bandScale(band: Range, limits: Range): BandScale {
  const from = band[0] ?? limits[0] ?? Math.min(0, (band[1] ?? 0) - Math.abs(band[1] ?? 1));
  const to = band[1] ?? limits[1] ?? from + Math.max(Math.abs(from), 1);
  const margin = Math.max(to - from, 1e-9) * MARGIN;
  return {
    from: band[0] === null ? from : Math.max(from - margin, limits[0] ?? Number.NEGATIVE_INFINITY),
    to: band[1] === null ? to : Math.min(to + margin, limits[1] ?? Number.POSITIVE_INFINITY),
    bandFrom: from,
    bandTo: to,
  };
}

/** 0…1; what lies beyond an end of the scale sits on that end. Null without a value. */
export function placeOn({ from, to }: BandScale, value: number | null | undefined): number | null {
  if (value === null || value === undefined || !Number.isFinite(value)) return null;
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}
