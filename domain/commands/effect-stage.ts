import type { PointReading } from "../alarms/expression/point-reading.ts";
import type { PointName } from "../points/catalogue.ts";
import type { CommandArgs, CommandFinding } from "./command.ts";
import type { CommandSite } from "./command-site.ts";
import type { CommandText } from "./command-text.ts";
import { flagIn, numberIn } from "./interlock.ts";
import { loadKw } from "./interlocks/load-off.ts";

/** What a stage of an effect is judged by. */
export type EffectContext = {
  readonly args: CommandArgs;
  readonly site: CommandSite;
  /** The plant as it was when the command was sent; null = not known. */
  readonly before: PointReading | null;
  readonly reading: PointReading;
};

/** What one reading says of the effect; `isSeen` null = nothing. */
export type EffectLook = { readonly isSeen: boolean | null; readonly values: CommandFinding["values"] };

/** One thing that has to be seen after a command. */
export type EffectStage = {
  readonly id: string;
  readonly title: CommandText;
  /** To be seen so many seconds after the command was sent. */
  readonly withinS: number;
  /** It is left out where the controller reports none of these. `faults`: its fault bits. */
  readonly reads: readonly (PointName | "faults")[];
  /** @returns null where these arguments ask for nothing of the kind */
  look(context: EffectContext): EffectLook | null;
};

/** For a site whose flow at commissioning nobody has entered: the lower edge of the usual flow of such a box, m³/h [J]. */
const USUAL_FLOW_M3H = 80;

/** A change of the load that is more than its noise, kW [J]; one miner has about 5. */
const CHANGE_KW = 3;

/** Differences of tenths miss tenths by this much at most. */
const ROUNDING = 1e-6;

/** A point has to read yes or no. @param wanted null = these arguments ask for neither */
export function seesFlag(
  id: string,
  title: CommandText,
  withinS: number,
  point: PointName,
  wanted: (args: CommandArgs) => boolean | null,
): EffectStage {
  return {
    id,
    title,
    withinS,
    reads: [point],
    look({ args, reading }) {
      const goal = wanted(args);
      if (goal === null) return null;
      const value = flagIn(reading, point);
      return { isSeen: value === null ? null : value === goal, values: { [point]: value } };
    },
  };
}

/** A point has to read what an argument says, give or take `tolerance` in the unit of both. */
export function seesNumber(
  id: string,
  title: CommandText,
  withinS: number,
  point: PointName,
  argument: string,
  tolerance: number,
): EffectStage {
  return {
    id,
    title,
    withinS,
    reads: [point],
    look({ args, reading }) {
      const goal = args[argument];
      if (typeof goal !== "number") return null;
      const value = numberIn(reading, point);
      return {
        isSeen: value === null ? null : Math.abs(value - goal) <= tolerance + ROUNDING,
        values: { [point]: value },
      };
    },
  };
}

/** The flow has to be above a share of what it was at commissioning. */
export function seesFlow(withinS: number, share: number, isWanted: (args: CommandArgs) => boolean): EffectStage {
  return {
    id: "flow",
    title: { "zh-CN": "供液流量建立", en: "Coolant flows" },
    withinS,
    reads: ["supply_flow_m3h"],
    look({ args, reading, site }) {
      if (!isWanted(args)) return null;
      const value = numberIn(reading, "supply_flow_m3h");
      const least = share * (site.baselineFlowM3h ?? USUAL_FLOW_M3H);
      return { isSeen: value === null ? null : value > least, values: { supply_flow_m3h: value } };
    },
  };
}

/** The load has to have moved since the command was sent: where it was then is not known, nothing can be told. */
export function seesLoadMove(withinS: number, isUp: (args: CommandArgs) => boolean): EffectStage {
  return {
    id: "load",
    title: { "zh-CN": "功率已变化", en: "The power has changed" },
    withinS,
    reads: ["total_power_kw", "it_power_kw"],
    look({ args, before, reading }) {
      const now = loadKw(reading);
      const then = loadKw(before);
      const values = { load_kw: now, load_before_kw: then };
      if (now === null || then === null) return { isSeen: null, values };
      return { isSeen: (isUp(args) ? now - then : then - now) >= CHANGE_KW, values };
    },
  };
}
