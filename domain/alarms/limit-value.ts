import { z } from "zod";
import type { ConditionCompiler } from "./condition.ts";
import { exactly, timesRange } from "./range.ts";
import { numberReader, rangeReader, type Signal } from "./read-signal.ts";
import { BaselineName } from "./site-facts.ts";
import type { SiteView } from "./site-view.ts";
import type { Range, Zone } from "./zone.ts";

const Relative = { factor: z.number().default(1), offset: z.number().default(0) };
const Fallback = z
  .union([z.number(), z.literal("sisters")])
  .describe("Used while the site has no such baseline: a number, or the median of its sister sites");

/** A limit: a number, or `reference × factor + offset`. Without a reference value there is no limit, and nothing is judged. */
export const LimitValue = z.union([
  z.number(),
  z.strictObject({ relativeTo: z.literal("setpoint"), ...Relative }),
  z.strictObject({
    relativeTo: z.literal("baseline"),
    baseline: BaselineName,
    fallback: Fallback.optional(),
    ...Relative,
  }),
  z.strictObject({ relativeTo: z.literal("sisters"), ...Relative }),
]);
export type LimitValue = z.infer<typeof LimitValue>;

/** The limit in force at a site; null = none is known. */
export type LimitReader = (site: SiteView) => number | null;

/** @param signal what is compared with the limit: the sisters' median is of the same */
export function compileLimit(limit: LimitValue, signal: Signal, compiler: ConditionCompiler): LimitReader {
  if (typeof limit === "number") return () => limit;
  const { factor, offset } = limit;
  const reference = compileReference(limit, signal, compiler);
  return (site) => {
    const value = reference(site);
    return value === null ? null : value * factor + offset;
  };
}

function compileReference(
  limit: Exclude<LimitValue, number>,
  signal: Signal,
  compiler: ConditionCompiler,
): LimitReader {
  if (limit.relativeTo === "setpoint") return numberReader("supply_temp_setpoint_c");
  if (limit.relativeTo === "sisters") return sistersReader(signal, compiler);
  const { baseline, fallback = null } = limit;
  const otherwise = fallback === "sisters" ? sistersReader(signal, compiler) : () => fallback;
  return (site) => site.facts.baselines[baseline] ?? otherwise(site);
}

function sistersReader(signal: Signal, compiler: ConditionCompiler): LimitReader {
  compiler.compareSisters(signal);
  return (site) => site.sisters?.[signal] ?? null;
}

/** Between which a limit lies in a zone; null: none is known there. */
export function limitRange(limit: LimitValue, signal: Signal): (zone: Zone) => Range | null {
  if (typeof limit === "number") {
    const fixed = exactly(limit);
    return () => fixed;
  }
  const { factor, offset } = limit;
  const referenceOf = referenceRange(limit, signal);
  return (zone) => {
    const reference = referenceOf(zone);
    return reference === null ? null : timesRange(reference, factor, offset);
  };
}

function referenceRange(limit: Exclude<LimitValue, number>, signal: Signal): (zone: Zone) => Range | null {
  if (limit.relativeTo === "setpoint") return rangeReader("supply_temp_setpoint_c");
  const ofSisters = ({ sisters }: Zone) => sisters?.[signal] ?? null;
  if (limit.relativeTo === "sisters") return ofSisters;
  const { baseline, fallback = null } = limit;
  return (zone) => {
    const own = zone.facts.baselines[baseline];
    if (own !== undefined) return exactly(own);
    if (fallback === "sisters") return ofSisters(zone);
    return fallback === null ? null : exactly(fallback);
  };
}
