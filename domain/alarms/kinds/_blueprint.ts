import { z } from "zod";
import { defineKind, type Ground, type Json } from "../condition.ts";
import { numberReader, pointsBehind, Signal, unitOf } from "../read-signal.ts";
import type { SiteView } from "../site-view.ts";

/** What is remembered from sample to sample: plain JSON, and of a size that does not grow. Leave it out with `remember`. */
type Memory = number | null;

/** To be copied for a new kind: this one holds when a value has moved by more than `by` since the sample before. */
export const blueprintKind = defineKind({
  // In the form of `alert-rule`: how it is called, and what to start from.
  label: { "zh-CN": "样板", en: "blueprint" },
  template: { kind: "blueprint", point: "supply_temp_c", by: 2 },
  // What people write. Refuse what makes no sense here: the message names the field.
  schema: () =>
    z.strictObject({
      kind: z.literal("blueprint"),
      point: Signal,
      by: z.number().positive().describe("In the unit of the point"),
    }),
  // Done once for each rule: whatever can be prepared is prepared here.
  compile({ point, by }, compiler) {
    const read = numberReader(point);
    // Called for every sample, also while nobody asks. Same memory and same sample, same new memory: no clock, no chance.
    const seen = compiler.remember<readonly [before: Memory, now: Memory]>({
      // How far back it looks. Two samples are nothing; a window is as long as it is.
      spanS: 0,
      start: [null, null],
      observe(memory, site) {
        const value = read(site);
        return value === null ? memory : [memory[1], value];
      },
    });
    function movedBy(site: SiteView, memory: readonly Json[]): number | null {
      const [before, now] = seen(memory);
      // Null is "cannot be told": it neither raises nor clears. `read` gives it for what is missing or doubtful.
      return read(site) === null || before === null || now === null ? null : Math.abs(now - before);
    }
    return {
      reads: pointsBehind(point),
      judge(site, _isActive, memory) {
        const moved = movedBy(site, memory);
        return moved === null ? null : moved > by;
      },
      // What stands beside the alarm; only asked for when something changes.
      explain(site, _isActive, memory): readonly Ground[] {
        const moved = movedBy(site, memory);
        if (moved === null || moved <= by) return [];
        return [{ source: "platform", point, value: moved, limit: by, unit: unitOf(point) }];
      },
    };
  },
});
