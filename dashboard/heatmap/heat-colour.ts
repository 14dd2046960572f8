import type { Scale } from "./heat-rows.ts";

export type Rgb = readonly [number, number, number];

/** Grey while usual, blue below, brown to red above: colour is for what is not normal. Ends differ in lightness too. */
type Ramp = {
  readonly below: Rgb;
  readonly low: Rgb;
  readonly high: Rgb;
  readonly above: Rgb;
  readonly edge: Rgb;
  readonly cold: Rgb;
};

const LIGHT: Ramp = {
  below: [38, 62, 168],
  cold: [150, 170, 226],
  low: [226, 230, 233],
  high: [186, 194, 201],
  edge: [240, 178, 92],
  above: [178, 18, 30],
};
const DARK: Ramp = {
  below: [120, 150, 255],
  cold: [64, 84, 160],
  low: [34, 41, 48],
  high: [72, 82, 92],
  edge: [190, 110, 20],
  above: [255, 96, 104],
};

/** The colour of a value; null for none, which is hatched. */
export function heatColour(value: number | null, scale: Scale, theme: "light" | "dark"): Rgb | null {
  if (value === null) return null;
  const ramp = theme === "dark" ? DARK : LIGHT;
  if (value < scale.low && scale.least < scale.low) {
    return mix(ramp.cold, ramp.below, (scale.low - value) / (scale.low - scale.least));
  }
  if (value > scale.high && scale.most > scale.high) {
    return mix(ramp.edge, ramp.above, (value - scale.high) / (scale.most - scale.high));
  }
  return mix(ramp.low, ramp.high, (value - scale.low) / Math.max(scale.high - scale.low, 1e-9));
}

export const cssColour = ([red, green, blue]: Rgb): string => `rgb(${red} ${green} ${blue})`;

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const part = Math.min(1, Math.max(0, share));
  const at = (index: 0 | 1 | 2): number => Math.round(from[index] + (to[index] - from[index]) * part);
  return [at(0), at(1), at(2)];
}
