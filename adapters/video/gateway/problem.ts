import type { VideoCause } from "../../../domain/video/video-cause.ts";
import type { Exchange } from "./exchange.ts";

/** Causes that are nobody's fault but the request's. */
type Refusal = VideoCause | "method_not_allowed";

const STATUS: Readonly<Record<Refusal, number>> = {
  method_not_allowed: 405,
  ticket_missing: 401,
  ticket_expired: 401,
  ticket_invalid: 401,
  not_allowed: 403,
  unknown_stream: 404,
  unknown_resource: 404,
  range_invalid: 416,
  too_many_sessions: 429,
  upstream_refused: 503,
  upstream_timeout: 503,
  upstream_status: 502,
  upstream_too_large: 502,
  target_not_allowed: 502,
  redirect_refused: 502,
  playlist_invalid: 502,
  playlist_too_large: 502,
  playlist_too_deep: 502,
  bad_content: 502,
  encoding_refused: 502,
  truncated: 502,
  transcoder_busy: 503,
  transcoder_failed: 502,
  storage_full: 507,
  storage_failed: 500,
  storage_busy: 503,
  spool_full: 507,
  encrypted_not_recorded: 404,
  period_invalid: 400,
  gateway_unavailable: 503,
};

/** So long a player should wait before it asks a dead camera again, seconds. */
const RETRY_AFTER_S = 2;

/** Answers with a problem (RFC 9457) that names the cause, and nothing else: messages may tell what is nobody's business. */
export function sendProblem(exchange: Exchange, cause: Refusal): void {
  const status = STATUS[cause];
  const body = Buffer.from(
    JSON.stringify({ type: "about:blank", title: cause.replaceAll("_", " "), status, code: cause }),
  );
  exchange.head(status, {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "content-length": body.length,
    ...(status === 503 || status === 429 ? { "retry-after": RETRY_AFTER_S } : {}),
    ...(status === 405 ? { allow: "GET" } : {}),
  });
  exchange.end(body);
}
