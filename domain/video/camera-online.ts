import type { StreamState } from "./stream-state.ts";

/** What was last seen of a camera; milliseconds since the Unix epoch. */
export type SeenCamera = { readonly state: StreamState; readonly lookedAtMs: number | null };

/**
 * The point `camera_online`: whether the camera works; null when that is not known. A state that was seen longer ago than
 * `freshMs` says nothing about now: nobody may have looked, or the gateway is away. Nor does `stale`, which is on its way to
 * one of the two others.
 */
export function isCameraOnline(seen: SeenCamera | undefined, nowMs: number, freshMs: number): boolean | null {
  if (seen === undefined || seen.lookedAtMs === null || nowMs - seen.lookedAtMs > freshMs) return null;
  if (seen.state === "online") return true;
  return seen.state === "offline" ? false : null;
}
