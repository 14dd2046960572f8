import { z } from "zod";
import { POINTS, PointName } from "../../points/catalogue.ts";
import { isBesideReadings, valueBeside } from "../beside-readings.ts";
import { defineKind, type Json } from "../condition.ts";
import { valueReader } from "../read-signal.ts";
import type { SiteView } from "../site-view.ts";
import { MAY_BE_UNKNOWN, MAY_FAIL, MAY_HOLD, type Zone, type ZoneWatch } from "../zone.ts";

/** The last good value, and when it became another one. */
type Memory = readonly [value: number | boolean | string | null, changedAtMs: number | null];
const START: Memory = [null, null];

/** A value that should never change by itself, such as a version, has changed. It holds for a time. */
export const changeKind = defineKind({
  label: { "zh-CN": "发生变化", en: "change" },
  template: { kind: "change", point: "firmware_version", holdS: 86_400 },
  schema: () =>
    z.strictObject({
      kind: z.literal("change"),
      point: PointName,
      holdS: z
        .int()
        .min(1)
        .max(30 * 86_400),
    }),
  compile({ point, holdS }, compiler) {
    const read = valueReader(point);
    const memoryIn = compiler.remember<Memory>({
      spanS: holdS,
      start: START,
      observe(memory, site) {
        const value = read(site);
        const [before] = memory;
        if (value === null || value === before) return memory;
        return [value, before === null ? null : site.atMs];
      },
      rest: {
        isAtRest: ([, changedAtMs], atMs) => changedAtMs === null || atMs - changedAtMs >= holdS * 1000,
        watch: () => watchChanges(point),
      },
    });
    function judge(site: SiteView, _isActive: boolean, memory: readonly Json[]) {
      if (read(site) === null) return null;
      const [, changedAtMs] = memoryIn(memory);
      return changedAtMs !== null && site.atMs - changedAtMs < holdS * 1000;
    }
    return {
      reads: [point],
      judge,
      explain(site, isActive, memory) {
        if (judge(site, isActive, memory) !== true) return [];
        return [{ source: "platform", point, value: read(site), limit: null, unit: null }];
      },
      watch() {
        const watch = watchChanges(point);
        let changedUntilMs = Number.NEGATIVE_INFINITY;
        return (zone) => {
          if (watch(zone) === MAY_HOLD) changedUntilMs = zone.toMs;
          return (zone.fromMs - changedUntilMs < holdS * 1000 ? MAY_HOLD : 0) | MAY_FAIL | MAY_BE_UNKNOWN;
        };
      },
    };
  },
});

/** Whether the value may become another one; the first one of all has to be remembered, too. */
function watchChanges(point: PointName): ZoneWatch {
  const valuesIn = extremesReader(point);
  let known: number | string | null = null;
  return (zone) => {
    const extremes = valuesIn(zone);
    if (extremes === null) return 0;
    const isOther = extremes[0] !== known || extremes[1] !== known;
    known = extremes[1];
    return isOther ? MAY_HOLD : 0;
  };
}

type Extremes = readonly [first: number | string, last: number | string];

/** What is known beside readings changes with the facts, which are the same all over a zone. */
function extremesReader(point: PointName): (zone: Zone) => Extremes | null {
  const { type } = POINTS[point];
  if (isBesideReadings(point)) {
    return ({ facts }) => {
      const value = valueBeside(facts, point);
      if (value === null) return null;
      const known = typeof value === "boolean" ? Number(value) : value;
      return [known, known];
    };
  }
  switch (type) {
    case "num":
      return ({ numbers }) => {
        const range = numbers[point] ?? null;
        return range === null ? null : [range.low, range.high];
      };
    case "bool":
      return ({ states }) => {
        const state = states[point] ?? 0;
        const [on, off] = [state & MAY_HOLD, state & MAY_FAIL];
        return on === 0 && off === 0 ? null : [off === 0 ? 1 : 0, on === 0 ? 0 : 1];
      };
    default:
      return ({ words }) => words[point] ?? null;
  }
}
