import { POINTS, type PointName } from "../points/catalogue.ts";
import type { PointValue } from "../telemetry/snapshot.ts";
import { POINT_READERS } from "./point-readers.ts";
import type { SiteFacts } from "./site-facts.ts";

/** True for points that no snapshot holds: laboratory readings, and what the video gateway says of the camera. */
export function isBesideReadings(point: PointName): boolean {
  const { origin } = POINTS[point];
  return origin === "manual" || origin === "video";
}

/** The value of such a point; null when nothing is known now. It is there also while the controller does not answer. */
export function valueBeside({ lab, camera }: SiteFacts, point: PointName): PointValue {
  return POINTS[point].origin === "video" ? (camera?.isOnline ?? null) : (lab[point]?.value ?? null);
}

/** Whether a site has such a point at all: a camera, or a laboratory reading of ever. */
export function fittedBeside(point: PointName): (facts: SiteFacts) => boolean {
  if (POINTS[point].origin === "video") return ({ camera }) => camera !== null;
  const read = POINT_READERS[point];
  return ({ lab }) => read(lab) !== undefined;
}
