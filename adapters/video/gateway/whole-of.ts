import { VideoError } from "../../../domain/video/video-cause.ts";
import type { CachedResource } from "./resource-cache.ts";

/** A segment or an initialisation section through the cache of the gateway, by its name for viewers. @throws {VideoError} */
export type OpenSegment = (servedAs: string, range: string | null) => CachedResource | Promise<CachedResource>;

/** All bytes of a resource, once they have come. @returns null when it failed */
export function wholeOf(resource: CachedResource): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const look = (): boolean => {
      if (resource.state === "whole") resolve(resource.chunks[0] ?? Buffer.alloc(0));
      else if (resource.state === "failed") resolve(null);
      else return false;
      stop();
      return true;
    };
    const stop = resource.onChange(look);
    look();
  });
}

/** Opens a segment or an init section, and gives it back when all of it has come. @throws {VideoError} */
export async function readWhole(
  open: OpenSegment,
  { servedAs, range }: { readonly servedAs: string; readonly range: string | null },
): Promise<Buffer> {
  const resource = await open(servedAs, range);
  try {
    const whole = await wholeOf(resource);
    if (whole === null) throw resource.error ?? new VideoError("truncated", "could not be fetched");
    return whole;
  } finally {
    resource.release();
  }
}
