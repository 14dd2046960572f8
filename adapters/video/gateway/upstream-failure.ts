import { type VideoCause, VideoError } from "../../../domain/video/video-cause.ts";

/** Codes of undici and of the system, as far as they have a cause of their own. */
const CAUSES: Readonly<Record<string, VideoCause>> = {
  UND_ERR_CONNECT_TIMEOUT: "upstream_timeout",
  UND_ERR_HEADERS_TIMEOUT: "upstream_timeout",
  UND_ERR_BODY_TIMEOUT: "upstream_timeout",
  ETIMEDOUT: "upstream_timeout",
  UND_ERR_RES_EXCEEDED_MAX_SIZE: "upstream_too_large",
  UND_ERR_HEADERS_OVERFLOW: "bad_content",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "truncated",
};

/**
 * What went wrong on the way to a camera, in words of ours: what the system says may hold its address.
 *
 * @param hasHead the head of the answer had come
 */
export function failureOf(error: unknown, hasHead: boolean): VideoError {
  if (error instanceof VideoError) return error;
  const { code, name } = describe(error);
  const known = CAUSES[code];
  if (known) return new VideoError(known, code);
  // llhttp's own codes, for what is no HTTP.
  if (code.startsWith("HPE_") || name === "HTTPParserError") return new VideoError("bad_content", "is no HTTP");
  return hasHead ? new VideoError("truncated", code) : new VideoError("upstream_refused", code);
}

function describe(error: unknown): { code: string; name: string } {
  if (!(error instanceof Error)) return { code: "unknown", name: "" };
  // A connection that fails on every address of a name is one error with many.
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const code = inner instanceof Error && "code" in inner && typeof inner.code === "string" ? inner.code : "unknown";
  return { code: /^[A-Z0-9_]{2,40}$/.test(code) ? code : "unknown", name: error.name };
}
