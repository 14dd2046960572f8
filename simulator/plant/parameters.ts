import { mixSeeds, normal, type Random, uniform } from "./random.ts";

/** Specific heat of the coolant in kJ/kgK, and its density in kg/m³ (domain figures of the hydro container). */
export const SPECIFIC_HEAT = 4.05;
export const DENSITY = 1015;
/** Coolant (1500 L, used as kg) and metal of the loop together, kJ/K. */
export const LOOP_HEAT_CAPACITY = 1500 * SPECIFIC_HEAT + 2600;
export const MINERS = 189;
export const RATED_POWER_KW = 1030;
/** Share of the miners' power that the coolant takes up; the air takes the rest. */
export const HEAT_TO_COOLANT = 0.96;
/** What a cooler is bought for: with spray and all fans it holds this supply temperature at this wet bulb, °C [J]. */
const DESIGN_SUPPLY_C = 36.5;
const DESIGN_WET_BULB_C = 27;
/** Above this supply temperature the miners protect themselves, °C. */
export const MINER_LIMIT_C = 50;

/** The constants of one site: drawn once from its seed, never changed by time. */
export type PlantParameters = {
  readonly minersOn: number;
  readonly minerKw: number;
  readonly minerThs: number;
  /** Flow of a clean loop at 50 Hz, m³/h. */
  readonly cleanFlowM3h: number;
  /** Effectiveness of the cooler with spray (sink: wet bulb) and without (sink: dry bulb). */
  readonly wetEffectiveness: number;
  readonly dryEffectiveness: number;
  /** Return pressure lost per litre of coolant lost, kPa/L [J]. */
  readonly complianceKpaPerL: number;
  /** Loss of a loop without any leak, L/h [J]. */
  readonly seepageLPerH: number;
  /** Share of the rejected heat that leaves by evaporation while the spray runs, 0.3 … 0.7 [J]. */
  readonly latentShare: number;
  /** Whether the box meters include the cooling's own power; both cases exist. */
  readonly metersIncludeCooling: boolean;
  /** Share of distribution box 1 in the total power. */
  readonly box1Share: number;
  /** Constant error of each sensor, in its own unit. */
  readonly bias: SensorBias;
};

type SensorBias = {
  readonly supplyTempC: number;
  readonly returnTempC: number;
  readonly towerInletC: number;
  readonly containerC: number;
  readonly supplyPressureKpa: number;
  readonly returnPressureKpa: number;
  readonly flowShare: number;
};

/** @param seed 32-bit seed of the site; the same seed gives the same site */
export function makeParameters(seed: number): PlantParameters {
  const random: Random = { state: mixSeeds(seed, 1) };
  const minersOn = Math.round(MINERS * (0.985 + 0.015 * uniform(random)));
  const minerKw = 4.9 * (1 + 0.02 * normal(random));
  const minerThs = 253 * (1 + 0.01 * normal(random));
  const cleanFlowM3h = 95 * (1 + 0.03 * normal(random));
  const needed = neededEffectiveness(HEAT_TO_COOLANT * minersOn * minerKw, cleanFlowM3h);
  return {
    minersOn,
    minerKw,
    minerThs,
    cleanFlowM3h,
    wetEffectiveness: Math.max(needed, 0.5 * (1 + 0.05 * normal(random))),
    dryEffectiveness: 0.38 * (1 + 0.05 * normal(random)),
    complianceKpaPerL: 2,
    seepageLPerH: 0.05 * uniform(random),
    latentShare: 0.3 + 0.4 * uniform(random),
    metersIncludeCooling: uniform(random) < 0.5,
    box1Share: 0.5 + 0.005 * normal(random),
    bias: makeBias(random),
  };
}

/** Effectiveness with which a cooler does what it is bought for: a healthy site is not too warm on a summer's day. */
function neededEffectiveness(heatKw: number, flowM3h: number): number {
  const rangeK = heatKw / (((DENSITY * flowM3h) / 3600) * SPECIFIC_HEAT);
  return rangeK / (DESIGN_SUPPLY_C + rangeK - DESIGN_WET_BULB_C);
}

/** Class of ordinary industrial sensors [J]: a few hundredths of a kelvin, one kilopascal, half a percent of the flow. */
function makeBias(random: Random): SensorBias {
  return {
    supplyTempC: 0.05 * normal(random),
    returnTempC: 0.05 * normal(random),
    towerInletC: 0.08 * normal(random),
    containerC: 0.2 * normal(random),
    supplyPressureKpa: normal(random),
    returnPressureKpa: normal(random),
    flowShare: 0.005 * normal(random),
  };
}
