import type { Dialect, Firmware } from "../dialects/dialect.ts";
import type { SimulatorOptions } from "../options.ts";
import { mixSeeds, type Random, uniform } from "../plant/random.ts";
import { CLIMATES, type Climate, type ClimateName } from "../plant/weather.ts";

/** One site as it is laid out at start. */
export type SiteSpec = {
  /** Position in the fleet, from 0. */
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly zone: string;
  readonly lat: number;
  readonly lon: number;
  readonly seed: number;
  readonly climate: Climate;
  readonly dialect: Dialect;
  readonly firmware: Firmware;
  /** Usual time the controller takes for one answer, ms. */
  readonly latencyMs: number;
};

type Region = { readonly name: string; readonly lat: number; readonly lon: number; readonly climate: ClimateName };

const REGIONS: readonly Region[] = [
  { name: "north", lat: 49.6, lon: 117.4, climate: "cold-dry" },
  { name: "east", lat: 26.1, lon: 50.5, climate: "gulf-winter" },
  { name: "south", lat: 24.45, lon: 54.38, climate: "gulf-summer" },
];
const SITES_PER_ZONE = 20;

/** The fleet: regions one after the other, zones of at most 20 sites, dialects spread evenly by their shares. */
export function layOut(options: SimulatorOptions): SiteSpec[] {
  const nextDialect = spreadEvenly(options.dialects);
  return Array.from({ length: options.sites }, (_, index) => {
    const place = placeOf(index, options.sites);
    const seed = mixSeeds(options.seed, index + 1);
    const dialect = nextDialect();
    const climate = options.climate === "by-region" ? place.region.climate : options.climate;
    return {
      index,
      id: `site-${padded(index + 1, options.sites)}`,
      name: `站点 ${padded(index + 1, options.sites)}`,
      region: place.region.name,
      zone: place.zone,
      ...locationNear(place.region, seed),
      seed,
      climate: CLIMATES[climate],
      dialect,
      firmware: dialect === "a" ? firmwareOf(index) : "base",
      latencyMs: latencyOf(seed, options.latencyMs),
    };
  });
}

function placeOf(index: number, total: number): { region: Region; zone: string } {
  const number = Math.floor((index * REGIONS.length) / total);
  const first = Math.ceil((number * total) / REGIONS.length);
  const end = Math.ceil(((number + 1) * total) / REGIONS.length);
  const zones = Math.ceil((end - first) / SITES_PER_ZONE);
  const zone = Math.floor(((index - first) * zones) / (end - first));
  const region = REGIONS[number] ?? REGIONS[0];
  if (region === undefined) throw new Error("the simulator has no regions");
  return { region, zone: `zone-${(number + 1) * (zones < 100 ? 100 : 10_000) + zone + 1}` };
}

function padded(number: number, total: number): string {
  return String(number).padStart(Math.max(3, String(total).length), "0");
}

/** Within about 20 km of the region's place. */
function locationNear(region: Region, seed: number): { lat: number; lon: number } {
  const random: Random = { state: mixSeeds(seed, 4) };
  const near = (degrees: number) => Math.round((degrees + 0.4 * (uniform(random) - 0.5)) * 10_000) / 10_000;
  return { lat: near(region.lat), lon: near(region.lon) };
}

/** Most controllers of dialect A are alike; in a fleet of 150 one sends everything as text. */
function firmwareOf(index: number): Firmware {
  if (index % 150 === 75) return "strings";
  if (index % 25 === 7) return "extra";
  if (index % 12 === 3) return "extended";
  return "base";
}

function latencyOf(seed: number, [lowMs, highMs]: readonly [number, number]): number {
  const random: Random = { state: mixSeeds(seed, 5) };
  return lowMs + (highMs - lowMs) * uniform(random);
}

/** Smooth weighted rotation: every dialect comes as often as its share, and never in a block. */
function spreadEvenly(shares: readonly (readonly [Dialect, number])[]): () => Dialect {
  const total = shares.reduce((sum, [, share]) => sum + share, 0);
  const credits = shares.map(([dialect, share]) => ({ dialect, share, credit: 0 }));
  return () => {
    for (const entry of credits) entry.credit += entry.share;
    const richest = credits.reduce((best, entry) => (entry.credit > best.credit ? entry : best));
    richest.credit -= total;
    return richest.dialect;
  };
}
