import { BodyBytes } from "../../../domain/collection/http-body.ts";
import type { VideoError } from "../../../domain/video/video-cause.ts";
import type { Upstream, UpstreamRequest } from "./upstream.ts";

/** A small answer as a whole. @throws {VideoError} */
export function fetchWhole(upstream: Upstream, request: UpstreamRequest): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const body = new BodyBytes(request.maxBytes);
    let announced: number | null = null;
    upstream.get(request, {
      head(lengthBytes) {
        announced = lengthBytes;
      },
      data(chunk) {
        body.add(chunk, 0, chunk.length);
        body.own(announced);
      },
      end: () => resolve(Buffer.from(body.bytes.buffer, body.bytes.byteOffset, body.bytes.length)),
      fail: (error: VideoError) => reject(error),
    });
  });
}
