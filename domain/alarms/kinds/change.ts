import { z } from "zod";
import { PointName } from "../../points/catalogue.ts";
import { defineKind, type Json } from "../condition.ts";
import { readValue } from "../read-signal.ts";
import type { SiteView } from "../site-view.ts";

/** The last good value, and when it became another one. */
type Memory = readonly [value: number | boolean | string | null, changedAtMs: number | null];
const START: Memory = [null, null];

/** A value that should never change by itself, such as a version, has changed. It holds for a time. */
export const changeKind = defineKind({
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
    const memoryIn = compiler.remember<Memory>({
      start: START,
      observe(memory, site) {
        const value = readValue(site, point);
        const [before] = memory;
        if (value === null || value === before) return memory;
        return [value, before === null ? null : site.atMs];
      },
    });
    function judge(site: SiteView, _isActive: boolean, memory: readonly Json[]) {
      if (readValue(site, point) === null) return null;
      const [, changedAtMs] = memoryIn(memory);
      return changedAtMs !== null && site.atMs - changedAtMs < holdS * 1000;
    }
    return {
      reads: [point],
      judge,
      explain(site, isActive, memory) {
        if (judge(site, isActive, memory) !== true) return [];
        return [{ source: "platform", point, value: readValue(site, point), limit: null, unit: null }];
      },
    };
  },
});
