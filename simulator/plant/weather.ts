/** A climate: daily mean and amplitude of temperature (°C) and of relative humidity (%). */
export type Climate = {
  readonly meanC: number;
  readonly amplitudeC: number;
  readonly meanRh: number;
  readonly amplitudeRh: number;
};

export const CLIMATES = {
  "gulf-summer": { meanC: 36, amplitudeC: 6, meanRh: 42, amplitudeRh: 18 },
  "gulf-winter": { meanC: 22, amplitudeC: 5, meanRh: 60, amplitudeRh: 15 },
  "cold-dry": { meanC: -15, amplitudeC: 6, meanRh: 60, amplitudeRh: 10 },
} as const satisfies Record<string, Climate>;
export type ClimateName = keyof typeof CLIMATES;

/** The outdoor air of one moment. */
export type Air = {
  readonly tempC: number;
  readonly rhPct: number;
  readonly wetBulbC: number;
};

/**
 * The air at an hour of the (solar) day; warmest at 15:00.
 *
 * @param offsetC slow deviation of the temperature from the daily curve, K
 * @param rhNoise standard normal, 2 % each
 */
export function airAt(climate: Climate, hour: number, offsetC: number, rhNoise: number): Air {
  const swing = Math.sin((2 * Math.PI * (hour - 9)) / 24);
  const tempC = climate.meanC + climate.amplitudeC * swing + offsetC;
  const rhPct = Math.min(98, Math.max(8, climate.meanRh - climate.amplitudeRh * swing + 2 * rhNoise));
  return { tempC, rhPct, wetBulbC: wetBulb(tempC, rhPct) };
}

/** Wet bulb by Stull (2011), °C; temperature in °C, humidity in %. */
export function wetBulb(tempC: number, rhPct: number): number {
  return (
    tempC * Math.atan(0.151977 * Math.sqrt(rhPct + 8.313659)) +
    Math.atan(tempC + rhPct) -
    Math.atan(rhPct - 1.676331) +
    0.00391838 * rhPct ** 1.5 * Math.atan(0.023101 * rhPct) -
    4.686035
  );
}

/** Dew point by Magnus (a 17.62, b 243.12 °C), °C. */
export function dewPoint(tempC: number, rhPct: number): number {
  const g = Math.log(Math.max(1, rhPct) / 100) + (17.62 * tempC) / (243.12 + tempC);
  return (243.12 * g) / (17.62 - g);
}
