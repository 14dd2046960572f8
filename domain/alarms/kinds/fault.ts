import { z } from "zod";
import { FaultName } from "../../points/faults.ts";
import { defineKind } from "../condition.ts";
import type { SiteView } from "../site-view.ts";
import { ANYTHING, MAY_BE_UNKNOWN, MAY_FAIL } from "../zone.ts";

/** A fault bit of the controller. A bit that the reply lacks is unknown; one that the profile does not have is not set. */
export const faultKind = defineKind({
  label: { "zh-CN": "故障位", en: "fault bit" },
  template: { kind: "fault", fault: "circulation_pump_fault" },
  schema: () => z.strictObject({ kind: z.literal("fault"), fault: FaultName }),
  compile({ fault }) {
    function judge({ reading }: SiteView) {
      if (reading === null || lists(reading.unknownFaults, fault)) return null;
      return lists(reading.faults, fault);
    }
    return {
      reads: [],
      judge,
      explain: (site) =>
        judge(site) === true ? [{ source: "controller", point: fault, value: true, limit: null, unit: null }] : [],
      watch: () => (zone) => (zone.faults.includes(fault) ? ANYTHING : MAY_FAIL | MAY_BE_UNKNOWN),
    };
  },
});

/** The list is nearly always empty, and many rules ask: then it need not be searched. */
function lists(names: readonly string[], name: string): boolean {
  return names.length > 0 && names.includes(name);
}
