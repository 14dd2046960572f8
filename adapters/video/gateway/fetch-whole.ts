import type { VideoError } from "../../../domain/video/video-cause.ts";
import type { Upstream, UpstreamRequest } from "./upstream.ts";

/** A small answer as a whole. @throws {VideoError} */
export function fetchWhole(upstream: Upstream, request: UpstreamRequest): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    upstream.get(request, {
      head: () => undefined,
      data: (chunk) => chunks.push(chunk),
      end: () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)),
      fail: (error: VideoError) => reject(error),
    });
  });
}
