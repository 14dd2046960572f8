import type { StreamMessage } from "../../domain/video/stream-message.ts";
import { type Answer, request } from "../composables/api-request.ts";
import { type Resource, useResource } from "../composables/use-resource.ts";
import { limited } from "./limited.ts";

/** A camera as the server tells of it. */
export type StreamItem = StreamMessage;
export type StreamList = { readonly items: readonly StreamItem[] };

/** A camera that dies is to be marked within three target durations, which are 2 s at the least. */
const REFRESH_MS = 3_000;
/** A server that takes the question and says nothing is away, too. */
const LIMIT_MS = 4_000;

/** The streams that this user may see, kept up. Call in `setup`. */
export function useStreams(): Resource<StreamList> {
  return useResource<StreamList>(
    (signal) => request("GET", "/api/v1/video/streams", { signal: limited(signal, LIMIT_MS) }),
    { everyMs: () => REFRESH_MS },
  );
}

/** Lets this browser in at `/v/` for some minutes, by a cookie that only goes there. */
export function openVideoSession(signal: AbortSignal): Promise<Answer<{ readonly expiresAt: string }>> {
  return request("POST", "/api/v1/video/session", { signal: limited(signal, LIMIT_MS) });
}

/** Where a player finds a stream; the cookie of the session stands for the ticket. */
export const playlistOf = (streamId: string): string => `/v/${encodeURIComponent(streamId)}/-/index.m3u8`;

/** Where a player finds what was recorded of a stream within a time, milliseconds since the Unix epoch. */
export const recordingOf = (
  streamId: string,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): string => `/v/${encodeURIComponent(streamId)}/-/rec/${fromMs}-${toMs}/index.m3u8`;
