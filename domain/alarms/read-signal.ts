import { z } from "zod";
import { POINT_NAMES, POINTS, type PointName } from "../points/catalogue.ts";
import type { PointValue } from "../telemetry/snapshot.ts";
import { isBesideReadings, valueBeside } from "./beside-readings.ts";
import { once, oncePerView } from "./once-per-view.ts";
import { POINT_READERS } from "./point-readers.ts";
import { isQuantity, QUANTITIES, QUANTITY_NAMES, type QuantityName } from "./quantities.ts";
import { QUANTITY_RANGES } from "./quantity-ranges.ts";
import { exactly } from "./range.ts";
import type { SiteView } from "./site-view.ts";
import { knownOf, numberOf } from "./trusted-reading.ts";
import type { Range, Zone } from "./zone.ts";

const NUMERIC_POINTS = POINT_NAMES.filter((name) => POINTS[name].type === "num");

/** What has a number: a point, or a quantity that is computed from several. */
export const Signal = z.enum([...NUMERIC_POINTS, ...QUANTITY_NAMES]);
export type Signal = z.infer<typeof Signal>;

/** The unit of a signal, "" for a ratio or a count. */
export function unitOf(signal: Signal): string {
  return (isQuantity(signal) ? QUANTITIES[signal].unit : POINTS[signal].unit) ?? "";
}

/** What people call a signal. */
export function labelOf(signal: Signal): { readonly "zh-CN": string; readonly en: string } {
  return isQuantity(signal) ? QUANTITIES[signal].label : POINTS[signal].label;
}

/** Points and computed quantities behind a signal. */
export function pointsBehind(signal: Signal): readonly string[] {
  return isQuantity(signal) ? [signal, ...QUANTITIES[signal].points] : [signal];
}

const readers = new Map<Signal, (site: SiteView) => number | null>();

/** A reader of one signal: null when there is no number, or a doubtful one. Manual points come from the laboratory. */
export function numberReader(signal: Signal): (site: SiteView) => number | null {
  let reader = readers.get(signal);
  if (reader === undefined) {
    reader = oncePerView(readerOf(signal), null);
    readers.set(signal, reader);
  }
  return reader;
}

function readerOf(signal: Signal): (site: SiteView) => number | null {
  if (isQuantity(signal)) {
    const { compute } = QUANTITIES[signal];
    return (site) => (site.reading === null ? null : compute(site.reading, site.facts));
  }
  const readPoint = POINT_READERS[signal];
  if (POINTS[signal].origin === "manual") return ({ facts }) => readPoint(facts.lab)?.value ?? null;
  return ({ reading }) => (reading === null ? null : numberOf(readPoint(reading.values)));
}

const rangeReaders = new Map<Signal, (zone: Zone) => Range | null>();

/** Between which the numbers of a signal lie in a zone; null: it has none there. Looked up once, however many conditions ask. */
export function rangeReader(signal: Signal): (zone: Zone) => Range | null {
  let reader = rangeReaders.get(signal);
  if (reader === undefined) {
    reader = isQuantity(signal) ? once<Zone, Range | null>(QUANTITY_RANGES[signal], null) : rangeOf(signal);
    rangeReaders.set(signal, reader);
  }
  return reader;
}

function rangeOf(signal: Exclude<Signal, QuantityName>): (zone: Zone) => Range | null {
  if (POINTS[signal].origin !== "manual") return ({ numbers }) => numbers[signal] ?? null;
  return ({ facts }) => {
    const value = facts.lab[signal]?.value;
    return value === undefined ? null : exactly(value);
  };
}

const valueReaders = new Map<PointName, (site: SiteView) => PointValue>();

/** A reader of one point of any type: null when there is no value, or a doubtful one. */
export function valueReader(point: PointName): (site: SiteView) => PointValue {
  let reader = valueReaders.get(point);
  if (reader === undefined) {
    const readPoint = POINT_READERS[point];
    reader = isBesideReadings(point)
      ? ({ facts }) => valueBeside(facts, point)
      : oncePerView<PointValue>(({ reading }) => (reading === null ? null : knownOf(readPoint(reading.values))), null);
    valueReaders.set(point, reader);
  }
  return reader;
}
