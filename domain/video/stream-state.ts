import type { VideoCause } from "./video-cause.ts";

/** `unwatched`: nobody looks, nothing is recorded, and no probe was made lately: nothing is known. */
export const STREAM_STATES = ["online", "stale", "offline", "unwatched"] as const;
export type StreamState = (typeof STREAM_STATES)[number];

/** What is known of a camera. Times in milliseconds since the Unix epoch. */
export type StreamHealth = {
  readonly state: StreamState;
  readonly sinceMs: number;
  /** Why it is not online; null while it is, and while nothing is known. */
  readonly cause: VideoCause | null;
  /** When its playlist last moved on; null = never yet. */
  readonly progressedAtMs: number | null;
  /** When watching began, after a time in which nobody looked; null while nobody looks. */
  readonly watchedSinceMs: number | null;
  readonly mediaSequence: number | null;
  readonly targetS: number;
};

/** What a look at a camera's playlist has shown. */
export type StreamLook =
  | { readonly kind: "playlist"; readonly newestSequence: number; readonly targetS: number; readonly isEnded: boolean }
  | { readonly kind: "failed"; readonly cause: VideoCause };

/** RFC 8216 leaves it to the server; 6 s is its example, 2 s the usual one of cameras. */
const USUAL_TARGET_S = 2;
const LONGEST_TARGET_S = 60;
/** One target duration, and the half of one that a playlist may be cached for. */
const STALE_TARGETS = 1.5;
const OFFLINE_TARGETS = 3;
/** Refused by a rule of ours: waiting makes nothing better. */
const BY_RULE: ReadonlySet<VideoCause> = new Set([
  "target_not_allowed",
  "redirect_refused",
  "playlist_invalid",
  "playlist_too_large",
  "playlist_too_deep",
  "encoding_refused",
  "bad_content",
]);

export function unwatched(nowMs: number): StreamHealth {
  return {
    state: "unwatched",
    sinceMs: nowMs,
    cause: null,
    progressedAtMs: null,
    watchedSinceMs: null,
    mediaSequence: null,
    targetS: USUAL_TARGET_S,
  };
}

/**
 * What is known after a look. `online`: the playlist moved on within one target duration and the half that a playlist may
 * be cached for (RFC 8216 §6.3.4 has clients wait as long); `offline`: nothing new for three target durations, or refused
 * by a rule; `stale` between the two [J]. A playlist that is numbered anew, as after a camera's restart, has moved on.
 */
export function afterLook(health: StreamHealth, look: StreamLook, nowMs: number): StreamHealth {
  const watchedSinceMs = health.watchedSinceMs ?? nowMs;
  if (look.kind === "failed") {
    const known = { ...health, watchedSinceMs };
    return BY_RULE.has(look.cause) ? moveTo(known, "offline", look.cause, nowMs) : judge(known, nowMs, look.cause);
  }
  const targetS = Math.min(LONGEST_TARGET_S, Math.max(1, look.targetS));
  const hasMoved = look.newestSequence !== health.mediaSequence && !look.isEnded;
  const progressedAtMs = hasMoved ? nowMs : health.progressedAtMs;
  const next = { ...health, watchedSinceMs, targetS, mediaSequence: look.newestSequence, progressedAtMs };
  return judge(next, nowMs, "upstream_timeout");
}

/** What is known when time has passed without a look. @param isWatched false: nobody wants to know any more */
export function afterTime(health: StreamHealth, nowMs: number, isWatched: boolean): StreamHealth {
  if (health.watchedSinceMs === null) return health;
  return isWatched ? judge(health, nowMs, health.cause) : { ...health, watchedSinceMs: null };
}

function judge(health: StreamHealth, nowMs: number, cause: VideoCause | null): StreamHealth {
  const { state, progressedAtMs, watchedSinceMs, targetS } = health;
  if (progressedAtMs === nowMs) return moveTo(health, "online", null, nowMs);
  // While nobody looked nothing was missed: a camera is not dead because it was not asked.
  const quietS = (nowMs - Math.max(progressedAtMs ?? 0, watchedSinceMs ?? nowMs)) / 1000;
  const why = cause ?? health.cause ?? "upstream_timeout";
  if (quietS > OFFLINE_TARGETS * targetS) return moveTo(health, "offline", why, nowMs);
  if (state === "offline") return moveTo(health, "offline", why, nowMs);
  return quietS > STALE_TARGETS * targetS ? moveTo(health, "stale", why, nowMs) : health;
}

function moveTo(health: StreamHealth, state: StreamState, cause: VideoCause | null, nowMs: number): StreamHealth {
  if (health.state === state) return health.cause === cause ? health : { ...health, cause };
  return { ...health, state, cause, sinceMs: nowMs };
}
