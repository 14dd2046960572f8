import { createDecipheriv } from "node:crypto";
import { VideoError } from "../../../domain/video/video-cause.ts";
import type { CachedResource } from "./resource-cache.ts";
import type { SegmentFacts } from "./stream-playlists.ts";

/** A segment or an initialisation section through the cache of the gateway, by its name for viewers. @throws {VideoError} */
export type OpenSegment = (servedAs: string, range: string | null) => CachedResource | Promise<CachedResource>;

/** All bytes of a resource, once they have come. @returns null when it failed */
function wholeOf(resource: CachedResource): Promise<Buffer | null> {
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

/**
 * Reads a segment as it was before the camera encrypted it. The cache keeps what the camera sent: players have the key, too.
 *
 * @throws {VideoError} `bad_content` where the key does not fit, or it is not known how to read it; and what keeps it from being fetched
 */
export async function readClear(
  open: OpenSegment,
  segment: Pick<SegmentFacts, "servedAs" | "range" | "cipher">,
): Promise<Buffer> {
  const { cipher } = segment;
  if (cipher === null) return readWhole(open, segment);
  if (cipher === "unknown") throw new VideoError("bad_content", "its segments are encrypted in another way");
  const [key, media] = await Promise.all([
    readWhole(open, { servedAs: cipher.keyServedAs, range: null }),
    readWhole(open, segment),
  ]);
  try {
    const decipher = createDecipheriv("aes-128-cbc", key, cipher.iv);
    return Buffer.concat([decipher.update(media), decipher.final()]);
  } catch (cause) {
    throw new VideoError("bad_content", "its key does not fit", { cause });
  }
}
