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

/**
 * `withCameras` that gives the same map again while it is asked about the same facts and cameras that are as they were: they
 * seldom change, and each slot that is judged asks.
 *
 * @returns by identity of the facts and content of the cameras
 */
export function rememberCameras(): typeof withCameras {
  let facts: ReadonlyMap<string, SiteFacts> | null = null;
  let cameras = NO_CAMERAS;
  let joined: ReadonlyMap<string, SiteFacts> = new Map();
  return (factsNow, camerasNow) => {
    if (factsNow === facts && areSame(camerasNow, cameras)) return joined;
    facts = factsNow;
    // A copy: the flow that brought them may go on and write into them.
    cameras = { ...camerasNow };
    joined = withCameras(factsNow, camerasNow);
    return joined;
  };
}

function areSame(a: KnownCameras, b: KnownCameras): boolean {
  const siteIds = Object.keys(a);
  return siteIds.length === Object.keys(b).length && siteIds.every((siteId) => a[siteId] === b[siteId]);
}
