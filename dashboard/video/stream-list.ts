import type { VideoCause } from "../../domain/video/video-cause.ts";
import { type Answer, answerTo } from "../composables/api-request.ts";
import { type Resource, useResource } from "../composables/use-resource.ts";
import { limited } from "./limited.ts";

/** A stream as `GET /api/v1/video/streams` tells it. */
export type StreamItem = {
  readonly streamId: string;
  readonly siteId: string;
  readonly state: "online" | "stale" | "offline" | "unwatched";
  /** Of the state; null = not known. */
  readonly since: string | null;
  /** Seconds since the newest segment. */
  readonly ageS: number | null;
  readonly cause: VideoCause | null;
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly bitrateKbps: number | null;
};
export type StreamList = { readonly items: readonly StreamItem[] };

const JSON_ONLY = { accept: "application/json" };
/** A camera that dies is to be marked within three target durations, which are 2 s at the least. */
const REFRESH_MS = 3_000;
const LIMIT_MS = 4_000;

/** The streams that this user may see, kept up. Call in `setup`. */
export function useStreams(): Resource<StreamList> {
  return useResource<StreamList>(
    (signal) => answerTo("/api/v1/video/streams", { headers: JSON_ONLY, signal: withLimit(signal) }),
    { everyMs: () => REFRESH_MS },
  );
}

/** Lets this browser in at `/v/` for some minutes, by a cookie that only goes there. */
export function openVideoSession(signal: AbortSignal): Promise<Answer<{ readonly expiresAt: string }>> {
  return answerTo("/api/v1/video/session", { method: "POST", headers: JSON_ONLY, signal: withLimit(signal) });
}

/** A server that takes the question and says nothing is away, too. */
const withLimit = (signal: AbortSignal): AbortSignal => limited(signal, LIMIT_MS);

/** Where a player finds a stream; the cookie of the session stands for the ticket. */
export const playlistOf = (streamId: string): string => `/v/${encodeURIComponent(streamId)}/-/index.m3u8`;
