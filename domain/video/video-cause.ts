/**
 * Why something of a stream was refused or failed: stable codes for answers, metrics and screens. Once published, a code is
 * never renamed.
 */
export const VIDEO_CAUSES = [
  "ticket_missing",
  "ticket_expired",
  "ticket_invalid",
  "not_allowed",
  "unknown_stream",
  "unknown_resource",
  "too_many_sessions",
  "upstream_refused",
  "upstream_timeout",
  "upstream_status",
  "upstream_too_large",
  "target_not_allowed",
  "redirect_refused",
  "playlist_invalid",
  "playlist_too_large",
  "playlist_too_deep",
  "bad_content",
  "encoding_refused",
  "truncated",
  "range_invalid",
  "transcoder_busy",
  "transcoder_failed",
  "storage_full",
  "storage_failed",
  "storage_busy",
  "spool_full",
  "encrypted_not_recorded",
  "period_invalid",
  "gateway_unavailable",
] as const;

export type VideoCause = (typeof VIDEO_CAUSES)[number];

/** A refusal or a failure with its cause. The message may reach a log line of ours, and never holds an address of a camera. */
export class VideoError extends Error {
  override readonly name = "VideoError";
  readonly videoCause: VideoCause;

  constructor(videoCause: VideoCause, message: string, options?: ErrorOptions) {
    super(message, options);
    this.videoCause = videoCause;
  }
}
