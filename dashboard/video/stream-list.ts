import { type ComputedRef, computed } from "vue";
import { USUAL_TOPICS } from "../../domain/live/live-frame.ts";
import type { StreamMessage } from "../../domain/video/stream-message.ts";
import { type Answer, request, type Trouble } from "../composables/api-request.ts";
import type { Live } from "../composables/use-live.ts";
import { type Resource, useResource } from "../composables/use-resource.ts";
import type { LiveView } from "../live/connection.ts";
import { limited } from "./limited.ts";

/** A camera as the server tells of it. */
export type StreamItem = StreamMessage;
export type StreamList = { readonly items: readonly StreamItem[] };

/** A server that takes the question and says nothing is away, too. */
const LIMIT_MS = 4_000;

/** What a page shows that wants to hear of cameras. */
export const WALL_VIEW: LiveView = { view: "site", sites: [], topics: [...USUAL_TOPICS, "streams"] };

/** A camera that dies is to be marked within three target durations, which are 2 s at the least. */
const REFRESH_MS = 3_000;

/**
 * The streams that this user may see, for a page that does not hear of them. Call in `setup`.
 *
 * @param everyMs milliseconds until the list is asked for again; null = never
 */
export function useStreams(everyMs: () => number | null = () => REFRESH_MS): Resource<StreamList> {
  return useResource<StreamList>(
    (signal) => request("GET", "/api/v1/video/streams", { signal: limited(signal, LIMIT_MS) }),
    { everyMs },
  );
}

export type LiveStreams = {
  /** The streams that this user may see; null until the first list is here. */
  readonly items: ComputedRef<readonly StreamItem[] | null>;
  /** Why there is no list; null = it is on its way, or here. */
  readonly trouble: ComputedRef<Trouble | null>;
};

/**
 * How the cameras are: a first list by REST, and from then on what the live connection tells, which is everything again after a
 * gap. The page has to show `WALL_VIEW`. Call in `setup`.
 */
export function useLiveStreams({ streams }: Pick<Live, "streams">): LiveStreams {
  const first = useStreams(() => null);
  return {
    items: computed(() => streams.value ?? first.value.value?.items ?? null),
    trouble: computed(() => (streams.value === null ? first.trouble.value : null)),
  };
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
