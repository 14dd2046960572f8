import { z } from "zod";
import { POINTS, PointName } from "../../points/catalogue.ts";
import { FAULT_POINTS } from "../../points/fault-labels.ts";
import type { PointValue } from "../../telemetry/snapshot.ts";
import { isBesideReadings, valueBeside } from "../beside-readings.ts";
import { defineKind } from "../condition.ts";
import { valueReader } from "../read-signal.ts";
import type { SiteView } from "../site-view.ts";
import { ANYTHING, MAY_BE_UNKNOWN, MAY_FAIL, MAY_HOLD, type Zone, type ZoneWatch } from "../zone.ts";

/** A switch, a contact or a mode has a value. A point that is itself a fault is the controller's word. */
export const flagKind = defineKind({
  label: { "zh-CN": "状态位", en: "flag" },
  template: { kind: "flag", point: "leak_detected", is: true },
  schema: () =>
    z
      .strictObject({
        kind: z.literal("flag"),
        point: PointName,
        is: z.union([z.boolean(), z.string()]).default(true),
      })
      .refine(
        ({ point, is }) => fits(point, is),
        "`is` must be what the point can say: true or false, or one of its words",
      ),
  compile({ point, is }) {
    const read = valueReader(point);
    function judge(site: SiteView) {
      const value = read(site);
      return value === null ? null : value === is;
    }
    const source = is === true && Object.hasOwn(FAULT_POINTS, point) ? "controller" : "platform";
    return {
      reads: [point],
      judge,
      explain: (site) => (judge(site) === true ? [{ source, point, value: is, limit: null, unit: null }] : []),
      watch: () => watchValue(point, is),
    };
  },
});

function watchValue(point: PointName, is: boolean | string): ZoneWatch {
  // Facts are the same all over a zone.
  if (isBesideReadings(point)) return ({ facts }) => possibleFact(valueBeside(facts, point), is);
  if (typeof is === "string") return (zone) => possibleWord(zone.words[point] ?? null, is);
  const [on, off] = is ? [MAY_HOLD, MAY_FAIL] : [MAY_FAIL, MAY_HOLD];
  return ({ states }: Zone) => {
    const state = states[point] ?? 0;
    return ((state & MAY_HOLD) !== 0 ? on : 0) | ((state & MAY_FAIL) !== 0 ? off : 0) | MAY_BE_UNKNOWN;
  };
}

function possibleFact(value: PointValue, is: boolean | string) {
  if (value === null) return MAY_BE_UNKNOWN;
  return value === is ? MAY_HOLD : MAY_FAIL;
}

function possibleWord(words: readonly [string, string] | null, is: string) {
  if (words === null) return MAY_BE_UNKNOWN;
  const [first, last] = words;
  if (first !== last) return ANYTHING;
  return (first === is ? MAY_HOLD : MAY_FAIL) | MAY_BE_UNKNOWN;
}

function fits(point: PointName, is: boolean | string): boolean {
  const { type, words } = POINTS[point];
  if (type === "bool") return typeof is === "boolean";
  return typeof is === "string" && (words?.includes(is) ?? type === "text");
}
