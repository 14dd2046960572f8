import { VideoError } from "../../../domain/video/video-cause.ts";

/** Whatever is known of a playlist; `targetS` says how long it may be given without asking the camera again. */
type Fetched = { readonly targetS: number };

/** One playlist of a camera: asked for once however many want it, and given a little longer than it is fresh when the camera fails. */
export interface PlaylistSlot<Playlist extends Fetched> {
  /** @throws {VideoError} */
  get(): Promise<Playlist>;
  /** The last good one while it may be given without asking; null afterwards. */
  readonly fresh: Playlist | null;
  /** The last good one, however old. */
  readonly last: Playlist | null;
}

export type SlotOptions<Playlist extends Fetched> = {
  /** @param last the last good one @throws {VideoError} */
  readonly fetch: (last: Playlist | null) => Promise<Playlist>;
  /** Milliseconds that go forward. */
  readonly clock: () => number;
};

/** So long a failure is the answer to everybody. */
const NEGATIVE_MS = 1_000;
/** Target durations: half of one is what RFC 8216 §6.3.4 has clients wait before they ask again, and one more is bridged. */
const FRESH_TARGETS = 0.5;
const STANDS_TARGETS = 1.5;

export function createPlaylistSlot<Playlist extends Fetched>({
  fetch,
  clock,
}: SlotOptions<Playlist>): PlaylistSlot<Playlist> {
  let last: Playlist | null = null;
  let fetchedAtMs = Number.NEGATIVE_INFINITY;
  let failure: { readonly error: VideoError; readonly atMs: number } | null = null;
  let underway: Promise<Playlist> | null = null;

  function refresh(): Promise<Playlist> {
    underway ??= fetch(last)
      .then(
        (fetched) => {
          last = fetched;
          fetchedAtMs = clock();
          failure = null;
          return fetched;
        },
        (error: unknown) => {
          failure = { error: asVideoError(error), atMs: clock() };
          throw failure.error;
        },
      )
      .finally(() => {
        underway = null;
      });
    return underway;
  }

  const ageTargets = () => (last === null ? Number.POSITIVE_INFINITY : (clock() - fetchedAtMs) / 1000 / last.targetS);
  /** The last good one, as long as it may stand in for a better one. */
  const standIn = () => (ageTargets() < STANDS_TARGETS ? last : null);
  const orStandIn = (error: unknown): Playlist => {
    const found = standIn();
    if (found === null) throw error;
    return found;
  };

  const freshOne = () => (ageTargets() < FRESH_TARGETS ? last : null);

  return {
    get fresh() {
      return freshOne();
    },
    get last() {
      return last;
    },
    async get() {
      const fresh = freshOne();
      if (fresh !== null) return fresh;
      const known = failure;
      if (known !== null && clock() - known.atMs < NEGATIVE_MS) return orStandIn(known.error);
      const refreshed = refresh();
      // Who has been told that the camera is dead is told so again at once, while it is asked once more.
      if (known !== null && standIn() === null) {
        refreshed.catch(() => undefined);
        throw known.error;
      }
      return refreshed.catch(orStandIn);
    },
  };
}

function asVideoError(error: unknown): VideoError {
  return error instanceof VideoError
    ? error
    : new VideoError("playlist_invalid", "could not be read", { cause: error });
}
