import { z } from "zod";
import { SiteId } from "../sites/site-id.ts";
import type { SiteFacts } from "./site-facts.ts";

/** Whether cameras are online, by site, as far as it is known now: a site that is not among them may have any state. */
export const KnownCameras = z.record(SiteId, z.boolean());
export type KnownCameras = Readonly<z.infer<typeof KnownCameras>>;

export const NO_CAMERAS: KnownCameras = {};

/** The facts with what is known of the cameras. Of a site without a camera nothing can be known. */
export function withCameras(
  facts: ReadonlyMap<string, SiteFacts>,
  cameras: KnownCameras,
): ReadonlyMap<string, SiteFacts> {
  const known = Object.entries(cameras).flatMap(([siteId, isOnline]) => {
    const own = facts.get(siteId);
    return own === undefined || own.camera === null ? [] : [[siteId, { ...own, camera: { isOnline } }] as const];
  });
  return known.length === 0 ? facts : new Map([...facts, ...known]);
}
