import { VideoError } from "../../../domain/video/video-cause.ts";

/**
 * What went wrong on the way to a camera, in words of ours: what the system says may hold its address.
 *
 * @param hasHead the head of the answer had come
 */
export function failureOf(error: unknown, hasHead: boolean): VideoError {
  if (error instanceof VideoError) return error;
  const code = codeOf(error);
  if (code === "ETIMEDOUT") return new VideoError("upstream_timeout", code);
  return hasHead ? new VideoError("truncated", code) : new VideoError("upstream_refused", code);
}

function codeOf(error: unknown): string {
  // A connection that fails on every address of a name is one error with many.
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const code = inner instanceof Error && "code" in inner && typeof inner.code === "string" ? inner.code : "unknown";
  return /^[A-Z0-9_]{2,40}$/.test(code) ? code : "unknown";
}
