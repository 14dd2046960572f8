const HOUR_MS = 3_600_000;
/** Hours between two ticks. */
const STEPS_H = [1, 2, 3, 6, 12, 24, 48, 168] as const;
const MOST_TICKS = 5;

export type Tick = { readonly ms: number; readonly share: number };

/** Full hours of the reader's zone, few enough to be read, with their place as a share of the width. */
export function heatTicks(fromMs: number, toMs: number, zoneOffsetMin: number): readonly Tick[] {
  const spanMs = toMs - fromMs;
  if (!(spanMs > 0)) return [];
  const step = (STEPS_H.find((hours) => spanMs / (hours * HOUR_MS) <= MOST_TICKS) ?? 168) * HOUR_MS;
  const shift = zoneOffsetMin * 60_000;
  const ticks: Tick[] = [];
  for (let ms = Math.ceil((fromMs - shift) / step) * step + shift; ms < toMs; ms += step) {
    ticks.push({ ms, share: (ms - fromMs) / spanMs });
  }
  return ticks;
}
