import { VideoError } from "../../../domain/video/video-cause.ts";

/** A playlist as viewers get it, and how long it may be given without asking the camera again. */
export type FetchedPlaylist<Facts> = { readonly body: Buffer; readonly facts: Facts; readonly targetS: number };

/** One playlist of a camera: asked for once however many want it, and given a little longer than it is fresh when the camera fails. */
export interface PlaylistSlot<Facts> {
  /** @throws {VideoError} */
  get(): Promise<FetchedPlaylist<Facts>>;
  /** The last good one while it may be given without asking; null afterwards. */
  readonly fresh: FetchedPlaylist<Facts> | null;
  /** The last good one, however old. */
  readonly last: FetchedPlaylist<Facts> | null;
}

export type SlotOptions<Facts> = {
  /** @throws {VideoError} */
  readonly fetch: () => Promise<FetchedPlaylist<Facts>>;
  /** Milliseconds that go forward. */
  readonly clock: () => number;
};

/** So long a failure is the answer to everybody. */
const NEGATIVE_MS = 1_000;
/** Target durations: half of one is what RFC 8216 §6.3.4 has clients wait before they ask again, and one more is bridged. */
const FRESH_TARGETS = 0.5;
const STANDS_TARGETS = 1.5;

export function createPlaylistSlot<Facts>({ fetch, clock }: SlotOptions<Facts>): PlaylistSlot<Facts> {
  let last: FetchedPlaylist<Facts> | null = null;
  let fetchedAtMs = Number.NEGATIVE_INFINITY;
  let failure: { readonly error: VideoError; readonly atMs: number } | null = null;
  let underway: Promise<FetchedPlaylist<Facts>> | null = null;

  function refresh(): Promise<FetchedPlaylist<Facts>> {
    underway ??= fetch()
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
  const orStandIn = (error: unknown): FetchedPlaylist<Facts> => {
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
