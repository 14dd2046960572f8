import { z } from "zod";
import { PointName } from "../points/catalogue.ts";
import { SiteId } from "../sites/site-id.ts";
import { SegmentId } from "./alarm.ts";

/** What was measured when a site was commissioned, or is known of its equipment. Units are part of the names. */
export const BASELINE_NAMES = [
  "supply_flow_m3h",
  "hydraulic_resistance",
  "approach_wetbulb_k",
  "efficiency_j_th",
  "hashrate_per_miner_th",
  "ppue",
  "pump_greased_at_h",
  "miner_limit_c",
] as const;
/** Those that no history shows: somebody has to say when the pump was greased, and what the miners' sheet allows. */
export const ENTERED_BASELINES: readonly (typeof BASELINE_NAMES)[number][] = ["pump_greased_at_h", "miner_limit_c"];
export const BaselineName = z.enum(BASELINE_NAMES);
export type BaselineName = z.infer<typeof BaselineName>;

/** The newest valid laboratory reading of a point. */
const LabValue = z.strictObject({ value: z.number(), takenAtMs: z.int() });

/** What rules know of a site beside its readings: from the inventory, from the laboratory, from video, and flags that people set. */
export const SiteFacts = z.strictObject({
  siteId: SiteId,
  segmentId: SegmentId.nullable(),
  /** Sites that are compared with each other: same profile, and near. null = with nobody. */
  circleId: z.string().nullable(),
  intervalS: z.number().positive(),
  /** A disabled site is not judged: its alarms end. */
  enabled: z.boolean(),
  ratedPowerKw: z.number().nullable(),
  baselines: z.partialRecord(BaselineName, z.number()),
  lab: z.partialRecord(PointName, LabValue),
  /** null = the site has no camera; `isOnline` is null while nothing is known of it. */
  camera: z.strictObject({ isOnline: z.boolean().nullable() }).nullable(),
  isInMaintenance: z.boolean(),
  isCurtailed: z.boolean(),
});
export type SiteFacts = z.infer<typeof SiteFacts>;

/** The segment of a site in the inventory: its zone, by a name that shows neither words nor addresses. */
export function segmentIdOf({ region, zone }: { readonly region: string; readonly zone: string }): SegmentId {
  return `zone-${hashText(JSON.stringify([region, zone]))}`;
}

/** FNV-1a, 32 bits, in hex: short and the same everywhere; no protection against intent. */
export function hashText(text: string): string {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place++) {
    hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, "0");
}
