import type { PointName } from "../points/catalogue.ts";
import type { CompiledProfile } from "../profiles/compile-profile.ts";
import type { Site } from "../sites/site.ts";
import type { ControllerReply } from "./controller-reply.ts";
import { hideAddresses } from "./hide-addresses.ts";
import type { QualityMark } from "./quality.ts";
import type { PointValue, Snapshot } from "./snapshot.ts";

/**
 * One controller's reply as the canonical snapshot: mapped and derived points, and what the inventory and the
 * collector know. The same reply gives the same snapshot, so a replay from the journal changes nothing.
 *
 * @param site its entry of the inventory; undefined for a site that has left it
 */
export function makeSnapshot(reply: ControllerReply, compiled: CompiledProfile, site: Site | undefined): Snapshot {
  const minersExpected = site?.minersExpected ?? null;
  const points = mapPoints(compiled, reply.replies, { collectedAt: reply.collectedAt, minersExpected });
  return {
    siteId: reply.siteId,
    slot: reply.slot,
    collectedAt: reply.collectedAt,
    profile: compiled.tag,
    values: points.values,
    quality: points.quality,
    faults: points.faults,
    // A pointer may run through an address, and snapshots go to browsers.
    unmapped: points.unmapped.length === 0 ? points.unmapped : (hideAddresses(points.unmapped) as string[]),
    attempts: reply.attempts,
    latencyMs: reply.latencyMs,
  };
}

/** What a reply itself does not say. */
export type Surroundings = { readonly collectedAt: string; readonly minersExpected: number | null };

/** The points of a snapshot, without the site: mapped, derived, from the inventory (`miners_expected`), `clock_skew_s`. */
export function mapPoints(
  compiled: CompiledProfile,
  replies: Readonly<Record<string, unknown>>,
  { collectedAt, minersExpected }: Surroundings,
): ReturnType<CompiledProfile["map"]> {
  const mapped = compiled.map(replies);
  const { values, quality } = mapped;
  if (minersExpected !== null && typeof values.miners_expected !== "number") {
    values.miners_expected = minersExpected;
    delete quality["miners_expected"];
  }
  if (compiled.profile.device_time) addClockSkew(values, quality, mapped.deviceTimeMs, Date.parse(collectedAt));
  return mapped;
}

/** Seconds by which the device's clock is ahead of ours. */
function addClockSkew(
  values: Partial<Record<PointName, PointValue>>,
  quality: Record<string, QualityMark>,
  deviceTimeMs: number | null,
  collectedAtMs: number,
): void {
  values.clock_skew_s = deviceTimeMs === null ? null : (deviceTimeMs - collectedAtMs) / 1000;
  if (deviceTimeMs === null) quality["clock_skew_s"] = "missing";
}
